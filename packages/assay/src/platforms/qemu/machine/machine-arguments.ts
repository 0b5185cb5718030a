import { boardOf } from "../hardware.ts";
import { SANDBOX } from "./confinement.ts";
import { board } from "./devices/board.ts";
import { extraDevices } from "./devices/extra-devices.ts";
import { firmware } from "./devices/firmware.ts";
import { firstBoot } from "./devices/first-boot.ts";
import { ownInterface, privateInterface } from "./devices/interfaces.ts";
import { lines } from "./devices/lines.ts";
import { memory } from "./devices/memory.ts";
import { escaped } from "./devices/option.ts";
import { processors } from "./devices/processors.ts";
import { systemDisk } from "./devices/system-disk.ts";
import { tpm } from "./devices/tpm.ts";
import { guards } from "./guards.ts";
import { hotPlugPorts } from "./hot-plug.ts";
import type { MachineSpec } from "./machine-spec.ts";

/**
 * QEMU's command line for `spec`. The order of devices is that of their places in the guest: a new one goes behind
 * those of the usual machine, or forks of kept templates do not load.
 */
export function machineArguments(spec: MachineSpec): string[] {
  return [
    ...["-nodefaults", "-no-user-config", "-display", "none"],
    ...["-name", `guest=${escaped(spec.name)},debug-threads=on`],
    ...["-sandbox", SANDBOX],
    ...board(spec),
    ...processors(spec),
    ...memory(spec),
    ...firmware(spec),
    // A guest that powers off or panics leaves its process running, so that it can be looked at and started again.
    ...["-action", "shutdown=pause,panic=none,watchdog=reset"],
    ...["-rtc", "base=utc,clock=host"],
    ...systemDisk(spec),
    ...hotPlugPorts(spec.hardware),
    ...guards(spec.hardware),
    ...firstBoot(spec),
    ...ownInterface(spec),
    ...["-object", "rng-builtin,id=rng0", "-device", "virtio-rng-pci,rng=rng0"],
    ...generation(spec),
    ...privateInterface(spec),
    ...tpm(spec),
    ...lines(spec),
    ...extraDevices(spec),
    ...(spec.isIncoming ? ["-incoming", "defer"] : []),
  ];
}

/** Tells the guest's kernel that it is a copy, on the boards that have a place for it. */
function generation({ generationId, hardware }: MachineSpec): string[] {
  const board = boardOf(hardware.machineType);
  return board === "q35" || board === "pc" ? ["-device", `vmgenid,guid=${generationId}`] : [];
}
