import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PlatformError } from "../../packages/assay/src/errors/catalogue.ts";
import { parseUri } from "../../packages/assay/src/platforms/libvirt/connection/uri.ts";
import { Virsh } from "../../packages/assay/src/platforms/libvirt/connection/virsh.ts";
import { type DomainMark, makeMark } from "../../packages/assay/src/platforms/libvirt/domain/mark.ts";
import { ensureNetwork, removeUnused } from "../../packages/assay/src/platforms/libvirt/network/libvirt-network.ts";
import { cleanConnection } from "../../packages/assay/src/platforms/libvirt/orphans.ts";
import { markProcess } from "../../packages/assay/src/platforms/qemu/host/process-mark.ts";
import { type OwnLibvirt, openLibvirt, virsh as output, whyNoLibvirt, whyNoNetworks } from "./own-libvirt.ts";

const LIMIT_MS = 300_000;
const reason = whyNoLibvirt() ?? whyNoNetworks();
const title = (what: string) => (reason === undefined ? what : `${what} (not run: ${reason})`);
const networkTest = test.skipIf(reason !== undefined);
const signal = AbortSignal.timeout(LIMIT_MS);
let libvirt: OwnLibvirt;
let virsh: Virsh;
let folder: string;

beforeAll(async () => {
  if (reason !== undefined) return;
  libvirt = await openLibvirt();
  virsh = new Virsh(parseUri(libvirt.uri));
  folder = await mkdtemp(join(tmpdir(), "assay-libvirt-networks-"));
}, LIMIT_MS);
afterAll(async () => {
  for (const name of networks()) output(libvirt.uri, "net-destroy", name);
  await libvirt?.[Symbol.asyncDispose]();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}, LIMIT_MS);

const networks = (): readonly string[] =>
  libvirt === undefined ? [] : output(libvirt.uri, "net-list", "--name").split("\n").filter(Boolean);

networkTest(
  title("a network that nobody has is made with a mark, is found by others, and goes with the assay that made it"),
  async () => {
    const own = await makeMark({ runId: "run", name: "assay-test", storage: "pool" });
    expect(await ensureNetwork(virsh, "assay-test", own, signal)).toBe("made");
    expect(await ensureNetwork(virsh, "assay-test", own, signal)).toBe("there");
    expect((await cleanConnection(libvirt.uri)).networks).toEqual([]);
    // Its maker is alive, and takes it away at the end of its run.
    expect(await removeUnused(virsh, ["assay-test"])).toEqual(["assay-test"]);
    expect(networks()).not.toContain("assay-test");

    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    const controller = await markProcess(child.pid ?? 0);
    if (controller === undefined) throw new Error("The process is not there.");
    child.kill("SIGKILL");
    await once(child, "close");
    const gone: DomainMark = { ...own, controller };
    expect(await ensureNetwork(virsh, "assay-test", gone, signal)).toBe("made");
    expect(await ensureNetwork(virsh, "assay-other", own, signal)).toBe("made");
    expect((await cleanConnection(libvirt.uri)).networks).toEqual([{ name: "assay-test", uri: libvirt.uri }]);
    expect(networks()).toContain("assay-other");
  },
  LIMIT_MS,
);

networkTest(
  title("a network that is defined is started, and one that cannot be is told"),
  async () => {
    const mark = await makeMark({ runId: "run", name: "assay-own", storage: "pool" });
    const file = join(folder, "network.xml");
    await writeFile(
      file,
      "<network><name>assay-own</name><ip address='192.168.199.1' netmask='255.255.255.0'/></network>",
    );
    await virsh.run(["net-define", file], { signal });
    expect(await ensureNetwork(virsh, "assay-own", mark, signal)).toBe("started");
    expect((await cleanConnection(libvirt.uri)).networks).toEqual([]);
    expect(networks()).toContain("assay-own");
    await writeFile(
      file,
      "<network><name>assay-twin</name><ip address='192.168.199.1' netmask='255.255.255.0'/></network>",
    );
    await virsh.run(["net-define", file], { signal });
    await expect(ensureNetwork(virsh, "assay-twin", mark, signal)).rejects.toThrow(PlatformError);
  },
  LIMIT_MS,
);
