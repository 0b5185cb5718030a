import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { PlatformError } from "../../packages/assay/src/errors/catalogue.ts";
import { type DomainMark, makeMark } from "../../packages/assay/src/platforms/libvirt/domain/mark.ts";
import { ensureNetwork, removeUnused } from "../../packages/assay/src/platforms/libvirt/network/libvirt-network.ts";
import { cleanConnection } from "../../packages/assay/src/platforms/libvirt/orphans.ts";
import { markProcess } from "../../packages/assay/src/platforms/qemu/host/process-mark.ts";
import { virsh as output, whyNoLibvirt, whyNoNetworks } from "./own-libvirt.ts";
import { LIMIT_MS, useLibvirt } from "./use-libvirt.ts";

const reason = whyNoLibvirt() ?? whyNoNetworks();
const { libvirt, libvirtTest, title } = useLibvirt(reason);
const signal = AbortSignal.timeout(LIMIT_MS);
// Before the daemon ends, which is told to later.
afterAll(() => {
  if (reason !== undefined) return;
  for (const name of networks()) output(libvirt.uri, "net-destroy", name);
});

const networks = (): readonly string[] => output(libvirt.uri, "net-list", "--name").split("\n").filter(Boolean);

libvirtTest(
  title("a network that nobody has is made with a mark, is found by others, and goes with the assay that made it"),
  async () => {
    const own = await makeMark({ runId: "run", name: "assay-test", storage: "pool" });
    expect(await ensureNetwork(libvirt.virsh, "assay-test", own, signal)).toBe("made");
    expect(await ensureNetwork(libvirt.virsh, "assay-test", own, signal)).toBe("there");
    expect((await cleanConnection(libvirt.uri)).networks).toEqual([]);
    // Its maker is alive, and takes it away at the end of its run.
    expect(await removeUnused(libvirt.virsh, ["assay-test"])).toEqual(["assay-test"]);
    expect(networks()).not.toContain("assay-test");

    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    const controller = await markProcess(child.pid ?? 0);
    if (controller === undefined) throw new Error("The process is not there.");
    child.kill("SIGKILL");
    await once(child, "close");
    const gone: DomainMark = { ...own, controller };
    expect(await ensureNetwork(libvirt.virsh, "assay-test", gone, signal)).toBe("made");
    expect(await ensureNetwork(libvirt.virsh, "assay-other", own, signal)).toBe("made");
    expect((await cleanConnection(libvirt.uri)).networks).toEqual([{ name: "assay-test", uri: libvirt.uri }]);
    expect(networks()).toContain("assay-other");
  },
  LIMIT_MS,
);

libvirtTest(
  title("a network that is defined is started, and one that cannot be is told"),
  async () => {
    const mark = await makeMark({ runId: "run", name: "assay-own", storage: "pool" });
    const file = join(libvirt.folder, "network.xml");
    await writeFile(
      file,
      "<network><name>assay-own</name><ip address='192.168.199.1' netmask='255.255.255.0'/></network>",
    );
    await libvirt.virsh.run(["net-define", file], { signal });
    expect(await ensureNetwork(libvirt.virsh, "assay-own", mark, signal)).toBe("started");
    expect((await cleanConnection(libvirt.uri)).networks).toEqual([]);
    expect(networks()).toContain("assay-own");
    await writeFile(
      file,
      "<network><name>assay-twin</name><ip address='192.168.199.1' netmask='255.255.255.0'/></network>",
    );
    await libvirt.virsh.run(["net-define", file], { signal });
    await expect(ensureNetwork(libvirt.virsh, "assay-twin", mark, signal)).rejects.toThrow(PlatformError);
  },
  LIMIT_MS,
);
