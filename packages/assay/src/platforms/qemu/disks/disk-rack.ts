import { rm } from "node:fs/promises";
import { UsageError } from "../../../errors/catalogue.ts";
import type { DiskLimits, WantedDisk } from "../../../features/disk.ts";
import { needRoom } from "../host/room.ts";
import type { HotPlugPorts } from "../machine/hot-plug-ports.ts";
import { createDisk } from "../machine/overlay.ts";
import type { QmpClient, QmpExecuteOptions } from "../machine/qmp-client.ts";
import { DiskBackend } from "./disk-backend.ts";
import { blockNodeOf, checkedLimits, checkSize, type DiskOrder, deviceOf, orderDisk } from "./disk-order.ts";

export interface RackParts {
  readonly qmp: QmpClient;
  readonly ports: HotPlugPorts;
  readonly qemuImg: string;
  /** The machine's own folder: what lies in it goes with the machine. */
  readonly folder: { readonly path: string; join(file: string): string };
}

/** A disk that is plugged in. */
export interface PluggedDisk {
  readonly order: DiskOrder;
  readonly backend: DiskBackend;
}

/** A file that is there for a while. */
export interface ScratchFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** QEMU's name of the disk the machine boots from, and ours. */
const OS_NODE = "disk0";
export const OS_DISK = "os";

/** What each disk may take of the host before it is worth adding it; file systems begin with less. */
const ROOM_BYTES = 50_000_000;

/** The data disks of a machine, seen from the host. */
export class DiskRack {
  readonly #parts: RackParts;
  /** By their ids, in the order they came. */
  readonly #disks = new Map<string, PluggedDisk>();
  readonly #os: DiskBackend;
  #count = 0;
  #usb: Promise<unknown> | undefined;

  constructor(parts: RackParts) {
    this.#parts = parts;
    this.#os = new DiskBackend(parts.qmp, OS_NODE);
  }

  list(): readonly DiskOrder[] {
    return [...this.#disks.values()].map(({ order }) => order);
  }

  /** Throws UsageError when no data disk has that id. */
  get(id: string): PluggedDisk {
    const disk = this.#disks.get(id);
    if (disk !== undefined) return disk;
    const known = [...this.#disks.keys()];
    throw new UsageError(`The machine has no data disk '${id}'.`, {
      help: known.length === 0 ? "It has none at all; add one first." : `It has '${known.join("', '")}'.`,
    });
  }

  /** The host's side of a data disk, or with `os` of the disk the machine boots from. */
  backend(id: string): DiskBackend {
    return id === OS_DISK ? this.#os : this.get(id).backend;
  }

  isReadOnly(id: string): boolean {
    return id !== OS_DISK && this.get(id).order.isReadOnly;
  }

  /** An empty file for what a disk is not to keep, which the caller removes. */
  async scratchFile(id: string, sizeBytes: number): Promise<ScratchFile> {
    const path = this.#parts.folder.join(`${id}-scratch.qcow2`);
    await createDisk(this.#parts.qemuImg, path, sizeBytes, AbortSignal.timeout(60_000));
    return { path, remove: () => rm(path, { force: true }) };
  }

  /**
   * Adds disks at the same time. Throws UsageError before anything is done when they do not fit, and else the first
   * failure; the others are there then.
   */
  async plug(wanted: readonly WantedDisk[], options: QmpExecuteOptions = {}): Promise<readonly DiskOrder[]> {
    const orders: DiskOrder[] = [];
    for (const [index, each] of wanted.entries()) {
      orders.push(orderDisk(`data${this.#count + index + 1}`, each, [...this.list(), ...orders]));
    }
    this.#count += orders.length;
    await needRoom(this.#parts.folder.path, ROOM_BYTES * orders.length, `'${orders.map(({ id }) => id).join("', '")}'`);
    // All have their places at once, so that no others take them meanwhile, and lose them when they fail.
    for (const order of orders) {
      this.#disks.set(order.id, { order, backend: new DiskBackend(this.#parts.qmp, order.id) });
    }
    const plugged = await Promise.allSettled(orders.map((order) => this.#plugOne(order, options)));
    const failed = plugged.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return orders;
  }

  /** Removes a disk and its content when the guest has let it go. */
  async unplug(id: string, options: QmpExecuteOptions = {}): Promise<void> {
    const { backend } = this.get(id);
    await this.#parts.ports.unplug(id, options);
    this.#disks.delete(id);
    await backend.close();
    await rm(this.#fileOf(id), { force: true });
  }

  async resize(id: string, sizeBytes: number, options: QmpExecuteOptions = {}): Promise<void> {
    const { order, backend } = this.get(id);
    checkSize(sizeBytes);
    const { bus } = order;
    if (bus === "nvme") {
      throw new UsageError(`QEMU does not resize disks of the bus '${bus}' while they are in use.`, {
        help: "Take another bus.",
      });
    }
    if (sizeBytes < order.sizeBytes) {
      throw new UsageError(`'${id}' has ${order.sizeBytes} bytes and cannot shrink to ${sizeBytes}.`, {
        help: "Add another disk instead.",
      });
    }
    if (backend.isFiltered) {
      throw new UsageError(`'${id}' cannot be resized while a fault is in force on it.`, {
        help: "Revert the fault first.",
      });
    }
    await backend.resize(sizeBytes, options);
    this.#disks.set(id, { order: { ...order, sizeBytes }, backend });
  }

  async limit(id: string, limits: DiskLimits, options: QmpExecuteOptions = {}): Promise<void> {
    await this.get(id).backend.restrain({ limits: checkedLimits(limits) }, options);
  }

  async #plugOne(order: DiskOrder, options: QmpExecuteOptions): Promise<void> {
    const { qmp, qemuImg } = this.#parts;
    const { id, iops, bytesPerSecond } = order;
    const path = this.#fileOf(id);
    await using undo = new AsyncDisposableStack();
    undo.defer(async () => {
      this.#disks.delete(id);
      await rm(path, { force: true });
    });
    await createDisk(qemuImg, path, order.sizeBytes, options.signal ?? AbortSignal.timeout(60_000));
    await qmp.execute("blockdev-add", blockNodeOf(order, path), options);
    undo.defer(async () => void (await qmp.execute("blockdev-del", { "node-name": id }).catch(() => undefined)));
    const device = deviceOf(order);
    switch (order.bus) {
      case "scsi":
        await qmp.execute("device_add", device, options);
        break;
      case "usb":
        await this.#usbController(options);
        await qmp.execute("device_add", { ...device, bus: `${USB_CONTROLLER}.0` }, options);
        break;
      default:
        await this.#parts.ports.plug(device, options);
    }
    undo.move();
    if (iops !== undefined || bytesPerSecond !== undefined) await this.limit(id, order, options);
  }

  /** Machines begin without USB; the first disk brings the controller. */
  async #usbController(options: QmpExecuteOptions): Promise<void> {
    this.#usb ??= this.#parts.ports.plug({ driver: "qemu-xhci", id: USB_CONTROLLER }, options);
    const plugging = this.#usb;
    try {
      await plugging;
    } catch (error) {
      if (this.#usb === plugging) this.#usb = undefined;
      throw error;
    }
  }

  #fileOf(id: string): string {
    return this.#parts.folder.join(`${id}.qcow2`);
  }
}

/** Another name than that of a controller which the machine began with. */
const USB_CONTROLLER = "usb-disks";
