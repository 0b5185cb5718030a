import type { Feature } from "../../../features/feature.ts";
import type { Shell } from "../../../node/shell/types.ts";
import { needRoom } from "../host/room.ts";
import type { Machine } from "../machine/machine.ts";
import { QemuMemoryPressure } from "./memory-pressure.ts";
import { QmpParts } from "./resize/hot-parts.ts";
import { QemuResize } from "./resize.ts";
import { QemuSnapshot } from "./snapshot.ts";
import { QEMU_DISK_NAMES } from "./snapshot-hardware.ts";
import { QemuTimeJump } from "./time-jump.ts";

/** What a requirement of an environment says when its machines need memory that is not their template's. */
export const OWN_MEMORY_FEATURE = "MemoryPressure";

/** What can be done to the state, the size and the time of a machine. */
export function stateFeatures(machine: Machine, shell: Shell): readonly Feature[] {
  return [
    new QemuSnapshot(
      {
        qmp: machine.qmp,
        disks: QEMU_DISK_NAMES,
        needRoom: (bytes, what) => needRoom(machine.folder.path, bytes, what),
      },
      shell,
    ),
    new QemuResize(machine, shell, new QmpParts(machine.qmp, { isShared: machine.served !== undefined })),
    new QemuTimeJump(machine.qmp, shell),
    // QEMU gives a balloon's pages back by punching holes into the memory's file, also where it is mapped privately.
    ...(machine.hasOwnMemory ? [new QemuMemoryPressure(machine.qmp)] : []),
  ];
}
