import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect } from "vitest";
import type { DomainSpec } from "../../packages/assay/src/platforms/libvirt/domain/domain-xml.ts";
import { domainXml } from "../../packages/assay/src/platforms/libvirt/domain/domain-xml.ts";
import { readHost } from "../../packages/assay/src/platforms/libvirt/host.ts";
import { Pool } from "../../packages/assay/src/platforms/libvirt/storage/pool.ts";
import type { Hardware } from "../../packages/assay/src/platforms/qemu/hardware.ts";
import { virsh as output } from "./own-libvirt.ts";
import { LIMIT_MS, specOf, useLibvirt } from "./use-libvirt.ts";

const { libvirt, libvirtTest, title } = useLibvirt();
const signal = AbortSignal.timeout(LIMIT_MS);

const machines: string[] = [];
afterEach(() => {
  for (const name of machines.splice(0)) output(libvirt.uri, "destroy", name);
});

/** What is said of a machine that stands at power-on: by libvirt itself, and by QEMU's monitor. */
async function told(hardware: Hardware, change: Partial<DomainSpec> = {}): Promise<(...words: string[]) => string> {
  const { folder, uri, virsh } = libvirt;
  const pool = await Pool.open(virsh, "pool", join(folder, "pool"), signal);
  const spec = await specOf({ hardware, ...change });
  const { name } = spec;
  const disk = await pool.createDisk(`${name}.qcow2`, 1 << 26, signal);
  const file = join(folder, "domain.xml");
  await writeFile(file, domainXml({ ...spec, disk }));
  await virsh.run(["define", file, "--validate"], { signal });
  machines.push(name);
  await virsh.run(["start", name, "--paused"], { signal });
  return (...words) =>
    words.length === 0
      ? output(uri, "dumpxml", name)
      : output(uri, "qemu-monitor-command", name, "--hmp", words.join(" "));
}

libvirtTest(
  title("QEMU has the processors and the memory that are asked for, as they are to sit together"),
  async () => {
    const topology = { sockets: 1, cores: 2, threads: 2 };
    const grows = await told({ topology }, { cores: 4 });
    expect(grows("info", "hotpluggable-cpus").match(/thread-id: "1"/g)).toHaveLength(4);
    expect(grows("info", "cpus").split("\n")).toHaveLength(4);

    const numa = [
      { cores: 1, memoryMb: 256 },
      { cores: 0, memoryMb: 64 },
      { cores: 1, memoryMb: 128 },
    ];
    const nodes = (await told({ numa }, { cores: 2, memoryMb: 448 }))("info", "numa");
    for (const line of ["3 nodes", "node 0 cpus: 0", "node 1 size: 64 MB", "node 2 cpus: 1", "node 2 size: 128 MB"]) {
      expect(nodes).toContain(line);
    }

    const model = (await told({ cpu: "Nehalem,+aes,-popcnt" }))();
    expect(model).toContain("<model fallback='forbid'>Nehalem</model>");
    expect(model).toContain("<feature policy='require' name='aes'/>");
    expect(model).toContain("<feature policy='disable' name='popcnt'/>");
    await expect(told({ cpu: "Skylake-Server,enforce" })).rejects.toThrow("does not provide required features");
  },
  LIMIT_MS,
);

libvirtTest.each([
  ["virtio-scsi", "q35", 'scsi-hd, id "ua-os"'],
  ["sata", "q35", 'ide-hd, id "ua-os"'],
  ["sata", "pc", 'ich9-ahci, id "sata0"'],
  ["ide", "pc", "dev: piix3-ide"],
  ["usb", "q35", 'usb-storage, id "ua-os"'],
] as const)(
  "the system's disk is on %s of a %s",
  async (diskBus, machineType, device) => {
    const seed = await written("seed.iso");
    const firmware = machineType === "pc" ? "uefi" : "bios";
    const machine = await told({ diskBus, machineType }, { seed, cdrom: seed, firmware });
    expect(machine("info", "qtree")).toContain(device);
    expect(machine("info", "block").match(/seed\.iso/g)).toHaveLength(2);
  },
  LIMIT_MS,
);

libvirtTest(
  title("cards, boards of versions, a folder, a disc and one's own arguments are in the machine"),
  async () => {
    const share = { path: join(libvirt.folder, "share"), tag: "data", isReadOnly: true };
    await mkdir(share.path);
    const hardware: Hardware = {
      ...{
        machineType: "pc-q35-6.2",
        nicModel: "vmxnet3",
        share,
        extraArguments: ["-device", "edu,id=edu0,bus=port7"],
      },
    };
    const machine = await told(hardware, { firmware: "uefi", cdrom: await written("disc.iso") });
    expect(machine()).toContain("machine='pc-q35-6.2'");
    expect(machine("info", "network")).toContain("assay-net0: index=0,type=nic,model=vmxnet3");
    const tree = machine("info", "qtree");
    for (const device of ['dev: edu, id "edu0"', 'mount_tag = "data"', "dev: ide-cd"]) expect(tree).toContain(device);
    expect(machine("info", "block")).toContain("disc.iso (raw, read-only)");
    expect((await told({ nicModel: "e1000e" }))("info", "network")).toContain("model=e1000e");
  },
  LIMIT_MS,
);

libvirtTest(
  title("libvirt tells what its host makes machines of"),
  async () => {
    const host = await readHost(libvirt.virsh, signal);
    expect(host.processors).toEqual(expect.arrayContaining(["Nehalem", "EPYC"]));
    expect(host.nesting.tcg).toBe("svm");
    expect(host.offer?.qemu?.devices).toContain("virtio-9p-pci");
  },
  LIMIT_MS,
);

async function written(name: string): Promise<string> {
  const file = join(libvirt.folder, name);
  await writeFile(file, Buffer.alloc(1 << 16));
  return file;
}
