import { PlatformError } from "../../../errors/catalogue.ts";
import type { DataDisk, Disk, DiskLimits, DiskOptions, OsDisk, WantedDisk } from "../../../features/disk.ts";
import { sh } from "../../../node/shell/command.ts";
import { requireSuccess } from "../../../node/shell/require-success.ts";
import type { Shell } from "../../../node/shell/types.ts";
import { allDevices, findOsDisk, parseLsblk } from "../../../tools/lsblk.ts";
import type { DiskOrder } from "../disks/disk-order.ts";
import { MOST_SCSI_DISKS } from "../disks/disk-order.ts";
import type { DiskRack } from "../disks/disk-rack.ts";
import { GuestDisks, type SeenDisk } from "../disks/guest-disks.ts";

/** The host's side of a machine's data disks. */
interface DisksOfHost extends Pick<DiskRack, "list" | "plug" | "unplug" | "resize" | "limit"> {
  get(id: string): { readonly order: DiskOrder };
}

/** The disks of a machine: changed through the host, and looked at in the guest. */
export class QemuDisks implements Disk {
  readonly featureName = "Disk";
  readonly mostDataDisks = MOST_SCSI_DISKS;
  readonly #rack: DisksOfHost;
  readonly #shell: Shell;
  readonly #guest: GuestDisks;

  constructor(rack: DisksOfHost, shell: Shell) {
    this.#rack = rack;
    this.#shell = shell;
    this.#guest = new GuestDisks(shell);
  }

  async addDataDisks(wanted: readonly WantedDisk[], options: DiskOptions = {}): Promise<readonly DataDisk[]> {
    const orders = await this.#rack.plug(wanted, options);
    if (orders.length === 0) return [];
    const sizes = new Map(orders.map(({ serial, sizeBytes }) => [serial, sizeBytes]));
    return asSeen(orders, await this.#guest.settled(sizes, options));
  }

  async removeDataDisks(ids: readonly string[], options: DiskOptions = {}): Promise<void> {
    const leaving = [...new Set(ids)].map((id) => this.#rack.get(id).order);
    if (leaving.length === 0) return;
    const removals = await Promise.allSettled(leaving.map(({ id }) => this.#rack.unplug(id, options)));
    const failed = removals.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    await this.#guest.settled(new Map(leaving.map(({ serial }) => [serial, "gone"])), options);
  }

  async dataDisks(options: DiskOptions = {}): Promise<readonly DataDisk[]> {
    const orders = this.#rack.list();
    return orders.length === 0 ? [] : asSeen(orders, await this.#guest.list(options));
  }

  async resizeDataDisk(id: string, sizeBytes: number, options: DiskOptions = {}): Promise<DataDisk> {
    await this.#rack.resize(id, sizeBytes, options);
    const { order } = this.#rack.get(id);
    const [disk] = asSeen([order], await this.#guest.settled(new Map([[order.serial, sizeBytes]]), options));
    if (disk === undefined) throw new PlatformError(`'${id}' went away while it was resized.`);
    return disk;
  }

  async limitDataDisk(id: string, limits: DiskLimits, options: DiskOptions = {}): Promise<void> {
    await this.#rack.limit(id, limits, options);
  }

  async osDisk({ signal, timeoutMs = 60_000 }: DiskOptions = {}): Promise<OsDisk> {
    const done = await this.#shell.run(
      sh`lsblk --json --bytes --paths --output NAME,TYPE,SIZE,RO,RM,FSTYPE,MOUNTPOINT,SERIAL`,
      { timeoutMs, ...(signal === undefined ? {} : { signal }) },
    );
    requireSuccess(done, this.#shell.label, signal);
    const disk = findOsDisk(parseLsblk(done.stdout));
    if (disk === undefined) throw new PlatformError("The guest's system is on no disk that it shows.");
    const bootPartition = allDevices([disk]).find(({ mountPoints }) => mountPoints.some(isForBooting))?.path;
    const controller = controllerOf(disk.name);
    return { path: disk.path, controller, ...(bootPartition === undefined ? {} : { bootPartition }) };
  }
}

const isForBooting = (mountPoint: string): boolean => /^\/(?:boot|efi)/.test(mountPoint);

function controllerOf(name: string): OsDisk["controller"] {
  if (name.startsWith("nvme")) return "nvme";
  return name.startsWith("vd") ? "virtio-blk" : "scsi";
}

/** The disks that the guest sees, with what it calls them. */
function asSeen(orders: readonly DiskOrder[], seen: readonly SeenDisk[]): readonly DataDisk[] {
  return orders.flatMap(({ id, bus, serial, lun }) => {
    const disk = seen.find((each) => each.serial === serial);
    if (disk === undefined) return [];
    const { path, sizeBytes, isReadOnly } = disk;
    return [{ id, bus, serial, path, sizeBytes, isReadOnly, ...(lun === undefined ? {} : { lun }) }];
  });
}
