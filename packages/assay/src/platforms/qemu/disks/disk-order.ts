import { UsageError } from "../../../errors/catalogue.ts";
import type { DiskBus, DiskLimits, WantedDisk } from "../../../features/disk.ts";
import { SCSI_BUS } from "../machine/hot-plug.ts";
import type { PluggedDevice } from "../machine/hot-plug-ports.ts";

/** SCSI disks of a machine; they are LUNs of one target, as clouds number them. */
export const MOST_SCSI_DISKS = 64;
/** QEMU's SCSI target of the data disks. Target 0 has what the machine boots with. */
const DATA_TARGET = 1;
const DEFAULT_BYTES = 20 * 2 ** 30;
const MOST_BYTES = 2 ** 44;
const SECTOR_BYTES = 512;
/** What NVMe and virtio disks have room for; no character of it has to be quoted anywhere. */
const SERIAL = /^[\w-]{1,20}$/;

/** A disk that fits its machine, with every choice made. */
export interface DiskOrder extends DiskLimits {
  readonly id: string;
  readonly bus: DiskBus;
  readonly sizeBytes: number;
  readonly serial: string;
  readonly isReadOnly: boolean;
  /** Defined for SCSI disks. */
  readonly lun: number | undefined;
  readonly medium: "rotating" | "solid-state";
}

/** What of the machine's disks bears on a new one. */
export type Taken = readonly Pick<DiskOrder, "serial" | "lun">[];

/** Makes every choice that `wanted` leaves open. Throws UsageError for what no disk can be or another disk has. */
export function orderDisk(id: string, wanted: WantedDisk, taken: Taken): DiskOrder {
  const { bus = "scsi", sizeBytes = DEFAULT_BYTES, serial = id, isReadOnly = false, medium = "rotating" } = wanted;
  checkSize(sizeBytes);
  if (!SERIAL.test(serial)) {
    throw new UsageError(`'${serial}' is no serial number of a disk.`, {
      help: "Take 1 to 20 letters, digits, '-' and '_'.",
    });
  }
  if (taken.some((other) => other.serial === serial)) {
    throw new UsageError(`Another disk of the machine has the serial number '${serial}'.`, {
      help: "Give each disk a serial number of its own, or none.",
    });
  }
  if (bus !== "scsi" && (wanted.lun !== undefined || wanted.medium !== undefined)) {
    throw new UsageError(`A disk of the bus '${bus}' has neither a LUN nor a medium.`, {
      help: "Leave 'lun' and 'medium' out, or take the bus 'scsi'.",
    });
  }
  if (bus === "nvme" && isReadOnly) {
    throw new UsageError("QEMU has no read-only NVMe disks.", { help: "Take another bus." });
  }
  const limits = checkedLimits(wanted);
  const lun = bus === "scsi" ? lunFor(wanted.lun, taken) : undefined;
  return { id, bus, sizeBytes, serial, isReadOnly, lun, medium, ...limits };
}

/** Throws UsageError for a size that no disk has. */
export function checkSize(sizeBytes: number): void {
  if (Number.isInteger(sizeBytes) && sizeBytes > 0 && sizeBytes <= MOST_BYTES && sizeBytes % SECTOR_BYTES === 0) return;
  throw new UsageError(`A disk cannot have ${sizeBytes} bytes.`, {
    help: `Take a multiple of ${SECTOR_BYTES} up to 16 TiB.`,
  });
}

/** The limits without what means none. Throws UsageError for numbers below 0 and fractions. */
export function checkedLimits({ iops = 0, bytesPerSecond = 0 }: DiskLimits): DiskLimits {
  for (const [name, value] of Object.entries({ iops, bytesPerSecond })) {
    if (Number.isSafeInteger(value) && value >= 0) continue;
    throw new UsageError(`'${name}' of a disk cannot be ${value}.`, {
      help: "Take a whole number; 0 means no limit.",
    });
  }
  return { ...(iops > 0 ? { iops } : {}), ...(bytesPerSecond > 0 ? { bytesPerSecond } : {}) };
}

function lunFor(wanted: number | undefined, taken: Taken): number {
  const used = new Set(taken.map(({ lun }) => lun));
  const all = Array.from({ length: MOST_SCSI_DISKS }, (_, lun) => lun);
  const lun = wanted ?? all.find((each) => !used.has(each));
  if (lun !== undefined && all.includes(lun) && !used.has(lun)) return lun;
  const why =
    wanted === undefined
      ? `The machine has ${MOST_SCSI_DISKS} SCSI disks already.`
      : used.has(wanted)
        ? `A disk has LUN ${wanted} already.`
        : `There is no LUN ${wanted}.`;
  throw new UsageError(why, { help: `LUNs go from 0 to ${MOST_SCSI_DISKS - 1}; each holds one disk.` });
}

/** The disk as QEMU's `device_add` takes it. Buses other than SCSI need the place to be named besides. */
export function deviceOf({ id, bus, serial, lun, medium }: DiskOrder): PluggedDevice {
  const common = { id, drive: id, serial };
  switch (bus) {
    case "scsi": {
      // 1 stands for a medium that does not rotate.
      const place = { bus: SCSI_BUS, channel: 0, "scsi-id": DATA_TARGET, lun };
      return {
        driver: "scsi-hd",
        ...common,
        ...place,
        device_id: serial,
        rotation_rate: medium === "rotating" ? 7200 : 1,
      };
    }
    case "virtio-blk":
      return { driver: "virtio-blk-pci", ...common };
    case "nvme":
      return { driver: "nvme", ...common };
    case "usb":
      return { driver: "usb-storage", ...common };
  }
}

/** The disk's content as QEMU's `blockdev-add` takes it. */
export function blockNodeOf({ id, isReadOnly }: DiskOrder, path: string): Readonly<Record<string, unknown>> {
  return {
    driver: "qcow2",
    "node-name": id,
    "read-only": isReadOnly,
    discard: "unmap",
    // Nothing of a machine outlives it, so that no flush has to reach the host's disk.
    cache: { "no-flush": true },
    file: { driver: "file", filename: path },
  };
}
