import { execFile } from "node:child_process";
import { access, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Share } from "../../packages/assay/src/platforms/qemu/hardware.ts";
import { type HostSetup, setUpHost } from "../../packages/assay/src/platforms/qemu/host/host-setup.ts";
import {
  Machine,
  type MachineShape,
  type MachineStart,
} from "../../packages/assay/src/platforms/qemu/machine/machine.ts";
import { MachineFolder } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { parseQemuSettings } from "../../packages/assay/src/platforms/qemu/settings.ts";
import { plugFolder } from "../../packages/assay/src/platforms/qemu/virtiofs/plug-folder.ts";

interface Wanted {
  /** Takes the machine's disk and logs. */
  readonly folder: string;
  readonly share: Share;
  readonly signal: AbortSignal;
  readonly host?: Partial<HostSetup>;
  readonly shape?: Partial<MachineShape>;
  readonly lifetime?: MachineStart["lifetime"];
}

/** Starts a machine whose processors stand, with an empty disk and the device of a folder over virtiofs. */
export async function startServedMachine(wanted: Wanted): Promise<Machine> {
  const { folder, lifetime = "with-owner", share, signal } = wanted;
  const disk = join(folder, "empty.qcow2");
  const isThere = await access(disk).then(
    () => true,
    () => false,
  );
  if (!isThere) await promisify(execFile)("qemu-img", ["create", "-q", "-f", "qcow2", disk, "1G"]);
  const host = await setUpHost(parseQemuSettings({ acceleration: "tcg", firmware_type: "bios" }), signal);
  const shape = { cores: 1, memoryMb: 256, ...wanted.shape };
  await using opened = new AsyncDisposableStack();
  const machine = opened.use(
    await Machine.start({
      ...{ signal, lifetime, logFolder: await mkdtemp(join(folder, "logs-")), virtiofs: share },
      host: { ...host, ...wanted.host },
      shape: { ...shape, hardware: { ...shape.hardware, extraArguments: ["-S"] } },
      folder: await MachineFolder.create("test", "served"),
      emptyOverlay: disk,
      backing: [{ path: disk, format: "qcow2" }],
      firmwareVariables: undefined,
      bootFiles: { seed: undefined, ignition: undefined, kernel: undefined },
      memory: undefined,
    }),
  );
  if (machine.served !== undefined) await plugFolder(machine.ports, machine.served, { signal });
  opened.move();
  return machine;
}
