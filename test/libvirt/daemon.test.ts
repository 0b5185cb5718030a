import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { PlatformError, TimedOut } from "../../packages/assay/src/errors/catalogue.ts";
import { inspectImage } from "../../packages/assay/src/image/inspect.ts";
import { DomainEvents } from "../../packages/assay/src/platforms/libvirt/connection/events.ts";
import { parseUri } from "../../packages/assay/src/platforms/libvirt/connection/uri.ts";
import { Virsh } from "../../packages/assay/src/platforms/libvirt/connection/virsh.ts";
import { type DomainSpec, domainXml } from "../../packages/assay/src/platforms/libvirt/domain/domain-xml.ts";
import { type DomainMark, makeMark } from "../../packages/assay/src/platforms/libvirt/domain/mark.ts";
import { cleanConnection } from "../../packages/assay/src/platforms/libvirt/orphans.ts";
import { Pool } from "../../packages/assay/src/platforms/libvirt/storage/pool.ts";
import { markProcess } from "../../packages/assay/src/platforms/qemu/host/process-mark.ts";
import { virsh as output } from "./own-libvirt.ts";
import { LIMIT_MS, specOf, useLibvirt } from "./use-libvirt.ts";

const { libvirtTest, title, libvirt } = useLibvirt();
const signal = AbortSignal.timeout(LIMIT_MS);

async function define(spec: DomainSpec): Promise<string> {
  const file = join(libvirt.folder, "domain.xml");
  await writeFile(file, domainXml(spec));
  return await libvirt.virsh.run(["define", file, "--validate"], { signal, timeoutMs: LIMIT_MS });
}

const VARIANTS: readonly (readonly [string, Partial<DomainSpec>])[] = [
  ["BIOS on q35", {}],
  [
    "BIOS on i440fx",
    { hardware: { machineType: "pc" }, network: { kind: "network", name: "default", mac: "52:54:00:00:00:01" } },
  ],
  ["UEFI and a TPM", { firmware: "uefi", hasTpm: true }],
  ["UEFI", { firmware: "uefi" }],
  ["UEFI with Secure Boot", { firmware: "secure-boot" }],
  ["a kernel of its own", { kernel: { path: "/pool/vmlinuz", initrd: "/pool/initrd", commandLine: "root=/dev/vda1" } }],
  [
    "a seed, Ignition and a private interface",
    {
      seed: "/pool/seed.iso",
      ignition: "/pool/i.json",
      privateNic: { mac: "52:54:00:a5:5a:01", port: 4000 },
    },
  ],
  ["vsock and huge pages", { hardware: { hasVsock: true, hasHugepages: true } }],
  ["the host's processors", { accelerator: "kvm", hardware: { cpu: "host" } }],
];

libvirtTest.each(VARIANTS)(
  "libvirt takes the domain of a machine with %s, against its own schema",
  async (_, change) => {
    const spec = await specOf(change);
    await define(spec);
    expect(output(libvirt.uri, "domuuid", spec.name)).toBe(spec.uuid);
    await libvirt.virsh.run(["undefine", spec.name, "--nvram"], { signal });
  },
  LIMIT_MS,
);

libvirtTest(
  title("a pool is made, holds files and overlays, and gives them up by their beginning"),
  async () => {
    const pool = await Pool.open(libvirt.virsh, "pool", join(libvirt.folder, "pool"), signal);
    const file = join(libvirt.folder, "file");
    await writeFile(file, "what is in it".padEnd(4096, "."));
    const path = await pool.upload("machine-1-seed.iso", file, signal);
    expect(await readFile(path, "utf8")).toBe(await readFile(file, "utf8"));
    await writeFile(file, "WHAT");
    await pool.writeHead("machine-1-seed.iso", file, 4, signal);
    await pool.readHead("machine-1-seed.iso", file, 13, signal);
    expect(await readFile(file, "utf8")).toBe("WHAT is in it");
    const overlay = await pool.createOverlay("machine-1.qcow2", { path, format: "raw" }, 1 << 20, signal);
    expect(output(libvirt.uri, "vol-dumpxml", "--pool", "pool", "machine-1.qcow2")).toContain(`<path>${path}</path>`);
    expect(overlay).toMatch(/machine-1\.qcow2$/);
    // What is taken out has all of it, and stands on nothing.
    expect(await pool.backingPaths("machine-", signal)).toEqual(new Set([path]));
    const whole = join(libvirt.folder, "whole.qcow2");
    await pool.saveWhole("machine-1.qcow2", whole, signal);
    expect(await inspectImage(whole)).toMatchObject({ format: "qcow2", virtualSizeBytes: 1 << 20 });
    const { stdout } = spawnSync("qemu-io", ["-r", "-c", "read -v 0 16", whole], { encoding: "utf8" });
    expect(stdout).toContain("WHAT.is.in.it");
    expect(await pool.list("machine-1")).toEqual(["machine-1-seed.iso", "machine-1.qcow2"]);
    expect(await pool.allocatedBytes("machine-1.qcow2", signal)).toBeGreaterThan(0);
    await pool.upload("machine-2.raw", file, signal);
    await pool.removeAll("machine-1");
    expect(output(libvirt.uri, "vol-list", "pool").split("\n")).toEqual([expect.stringContaining("machine-2.raw")]);
    await expect(pool.upload("machine-2.raw", file, signal)).rejects.toThrow(PlatformError);
    expect(await Pool.find(libvirt.virsh, "no-pool")).toBeUndefined();
  },
  LIMIT_MS,
);

libvirtTest(
  title("what carries the mark of a process that is gone is removed, and nothing else"),
  async () => {
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    const controller = await markProcess(child.pid ?? 0);
    if (controller === undefined) throw new Error("The process is not there.");
    child.kill("SIGKILL");
    await once(child, "close");
    const own = await makeMark({ runId: "run", name: "mine", storage: "pool" });
    const gone: DomainMark = { ...own, name: "gone", controller };
    const specs = {
      mine: await specOf({ mark: own }),
      gone: await specOf({ mark: gone }),
      kept: await specOf({ mark: { ...gone, name: "kept", isKept: true } }),
      far: await specOf({ mark: { ...gone, name: "far", machine: "another" } }),
    };
    for (const spec of Object.values(specs)) await define(spec);
    const unmarked = await specOf();
    await writeFile(join(libvirt.folder, "unmarked.xml"), domainXml(unmarked).replace(/<metadata>.*<\/metadata>/s, ""));
    await libvirt.virsh.run(["define", join(libvirt.folder, "unmarked.xml")], { signal });
    const pool = await Pool.open(libvirt.virsh, "pool", join(libvirt.folder, "pool"), signal);
    await writeFile(join(libvirt.folder, "disk"), "x");
    await pool.upload(`${specs.gone.name}.qcow2`, join(libvirt.folder, "disk"), signal);
    await pool.upload(`${specs.mine.name}.qcow2`, join(libvirt.folder, "disk"), signal);

    const first = await cleanConnection(libvirt.uri);
    expect(first.removed.map(({ name }) => name)).toEqual(["gone"]);
    expect(first.kept.map(({ name }) => name)).toEqual(["kept"]);
    expect(first).toMatchObject({ inUse: 2, unreachable: [] });
    expect(await pool.has(`${specs.gone.name}.qcow2`, signal)).toBe(false);
    expect(await pool.has(`${specs.mine.name}.qcow2`, signal)).toBe(true);

    const second = await cleanConnection(libvirt.uri, { kept: "remove" });
    expect(second.removed.map(({ name }) => name)).toEqual(["kept"]);
    const left = output(libvirt.uri, "list", "--all", "--name").split("\n").filter(Boolean);
    expect(left.toSorted()).toEqual([specs.mine.name, specs.far.name, unmarked.name].toSorted());
    for (const name of left) await libvirt.virsh.run(["undefine", name], { signal });
  },
  LIMIT_MS,
);

libvirtTest(
  title("events of a domain are told, those of others are not, and a wait has an end"),
  async () => {
    await using events = await DomainEvents.open(libvirt.virsh);
    const [one, other] = [await specOf(), await specOf()];
    const wait = { timeoutMs: 30_000, signal };
    // The subscription of virsh takes a moment of which it does not tell.
    let defined = events.next(one.name, ({ kind }) => kind === "lifecycle", wait);
    const retry = setInterval(() => void define(one).catch(() => undefined), 1000);
    try {
      await define(other);
      expect(await defined).toMatchObject({ domain: one.name, kind: "lifecycle" });
    } finally {
      clearInterval(retry);
    }
    defined = events.next(other.name, ({ detail }) => detail.startsWith("Started"), { timeoutMs: 50 });
    await expect(defined).rejects.toThrow(TimedOut);
  },
  LIMIT_MS,
);

libvirtTest(
  title("a libvirt that is not there is told with what to do, and a command that is refused with its words"),
  async () => {
    const nobody = new Virsh(parseUri("qemu+unix:///session?socket=/nonexistent/socket"));
    await expect(nobody.run(["list"])).rejects.toMatchObject({
      help: expect.stringContaining("libvirt-daemon-system"),
    });
    await expect(libvirt.virsh.run(["domstate", "nobody"])).rejects.toThrow(
      "libvirt refused 'domstate': failed to get domain 'nobody'",
    );
    expect(await libvirt.virsh.ask(["domstate", "nobody"])).toBeUndefined();
  },
);
