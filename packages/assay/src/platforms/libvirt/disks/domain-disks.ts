import { UsageError } from "../../../errors/catalogue.ts";
import type { DiskLimits, WantedDisk } from "../../../features/disk.ts";
import { DiskBackend } from "../../qemu/disks/disk-backend.ts";
import { checkedLimits, checkSize, type DiskOrder, orderDisk } from "../../qemu/disks/disk-order.ts";
import { OS_DISK, type ScratchFile } from "../../qemu/disks/disk-rack.ts";
import type { QmpClient } from "../../qemu/machine/qmp-client.ts";
import type { DomainEvents } from "../connection/events.ts";
import type { Virsh } from "../connection/virsh.ts";
import { withFile } from "../connection/with-file.ts";
import { toXml } from "../domain/xml.ts";
import type { Pool } from "../storage/pool.ts";
import { blockNodeOf } from "./block-nodes.ts";
import { aliasOf, diskXml, SYSTEM_DISK_ALIAS, targetOf } from "./disk-xml.ts";

export interface DomainDisksParts {
  readonly virsh: Virsh;
  readonly events: DomainEvents;
  readonly pool: Pool;
  readonly qmp: QmpClient;
  readonly domain: string;
}

interface DomainDisk {
  readonly order: DiskOrder;
  readonly target: string;
  readonly volume: string;
  readonly xml: string;
}

interface Limits {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
/** A disk is there now, and again when the machine is switched off and on. */
const ALWAYS = ["--live", "--config"] as const;

/** The data disks of a domain, seen from the host. */
export class DomainDisks {
  readonly #virsh: Virsh;
  readonly #events: DomainEvents;
  readonly #pool: Pool;
  readonly #qmp: QmpClient;
  readonly #domain: string;
  /** By their ids, in the order they came. */
  readonly #disks = new Map<string, DomainDisk>();
  /** Of the QEMU of now. */
  readonly #backends = new Map<string, Promise<DiskBackend>>();
  #count = 0;

  constructor({ virsh, events, pool, qmp, domain }: DomainDisksParts) {
    this.#virsh = virsh;
    this.#events = events;
    this.#pool = pool;
    this.#qmp = qmp;
    this.#domain = domain;
  }

  list(): readonly DiskOrder[] {
    return [...this.#disks.values()].map(({ order }) => order);
  }

  /** Throws UsageError when no data disk has that id. */
  get(id: string): DomainDisk {
    const disk = this.#disks.get(id);
    if (disk !== undefined) return disk;
    const known = [...this.#disks.keys()];
    throw new UsageError(`The machine has no data disk '${id}'.`, {
      help: known.length === 0 ? "It has none at all; add one first." : `It has '${known.join("', '")}'.`,
    });
  }

  /** QEMU's side of a data disk, or with `os` of the disk the machine boots from. Throws UsageError when there is none. */
  async backend(id: string): Promise<DiskBackend> {
    const isSystemDisk = id === OS_DISK;
    const { order } = isSystemDisk ? { order: {} as DiskLimits } : this.get(id);
    const known = this.#backends.get(id);
    if (known !== undefined) return await known;
    const made = blockNodeOf(this.#qmp, isSystemDisk ? SYSTEM_DISK_ALIAS : aliasOf(id)).then(async (node) => {
      const backend = new DiskBackend(this.#qmp, node);
      // libvirt has set them already; here they are made known, so that they stay when a fault ends.
      if (order.iops !== undefined || order.bytesPerSecond !== undefined) await backend.restrain({ limits: order });
      return backend;
    });
    this.#backends.set(id, made);
    made.catch(() => this.#backends.delete(id));
    return await made;
  }

  isReadOnly(id: string): boolean {
    return id !== OS_DISK && this.get(id).order.isReadOnly;
  }

  async scratchFile(id: string, sizeBytes: number): Promise<ScratchFile> {
    const volume = `${this.#domain}-${id}-scratch.qcow2`;
    const path = await this.#pool.createDisk(volume, sizeBytes, AbortSignal.timeout(DEFAULT_TIMEOUT_MS));
    return { path, remove: () => this.#pool.remove(volume) };
  }

  /** Forgets what was between the guest and its disks: the machine is switched on with another QEMU. */
  beginAnew(): void {
    this.#backends.clear();
  }

  /** Adds disks. Throws UsageError before anything is done when they do not fit, and else what libvirt says. */
  async plug(wanted: readonly WantedDisk[], options: Limits = {}): Promise<readonly DiskOrder[]> {
    const orders: DiskOrder[] = [];
    for (const [index, each] of wanted.entries()) {
      const order = orderDisk(`data${this.#count + index + 1}`, each, [...this.list(), ...orders]);
      diskXml(order, "sdb", "/");
      orders.push(order);
    }
    const first = this.#count + 1;
    this.#count += orders.length;
    for (const [index, order] of orders.entries()) await this.#plugOne(order, first + index, options);
    return orders;
  }

  /** Removes a disk and its content when the guest has let it go. */
  async unplug(id: string, { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: Limits = {}): Promise<void> {
    const { volume, xml } = this.get(id);
    const backend = await this.backend(id);
    const isRemoved = ({ detail, kind }: { readonly detail: string; readonly kind: string }) =>
      kind === "device-removed" && detail === aliasOf(id);
    const removed = this.#events.next(this.#domain, isRemoved, { timeoutMs, signal });
    removed.catch(() => undefined);
    await withFile("disk.xml", xml, (file) =>
      this.#virsh.run(["detach-device", this.#domain, file, ...ALWAYS], { signal, timeoutMs }),
    );
    await removed;
    this.#disks.delete(id);
    this.#backends.delete(id);
    await backend.close({ isContentGone: !backend.isFiltered });
    await this.#pool.remove(volume);
  }

  /** Makes a disk larger. Throws UsageError for a size that is none or smaller. */
  async resize(id: string, sizeBytes: number, options: Limits = {}): Promise<void> {
    const disk = this.get(id);
    checkSize(sizeBytes);
    if (sizeBytes < disk.order.sizeBytes) {
      throw new UsageError(`'${id}' has ${disk.order.sizeBytes} bytes and cannot shrink to ${sizeBytes}.`, {
        help: "Add another disk instead.",
      });
    }
    if ((await this.backend(id)).isFiltered) {
      throw new UsageError(`'${id}' cannot be resized while a fault is in force on it.`, {
        help: "Revert the fault first.",
      });
    }
    await this.#virsh.run(["blockresize", this.#domain, disk.target, `${sizeBytes}B`], options);
    this.#disks.set(id, { ...disk, order: { ...disk.order, sizeBytes } });
  }

  /** Limits a disk, in place of earlier limits. */
  async limit(id: string, limits: DiskLimits, options: Limits = {}): Promise<void> {
    const checked = checkedLimits(limits);
    const { iops = 0, bytesPerSecond = 0 } = checked;
    const disk = this.get(id);
    const backend = await this.backend(id);
    const most = ["--total-iops-sec", `${iops}`, "--total-bytes-sec", `${bytesPerSecond}`];
    await this.#virsh.run(["blkdeviotune", this.#domain, disk.target, ...most, ...ALWAYS], options);
    this.#disks.set(id, { ...disk, order: withLimits(disk.order, checked) });
    // Last, because a fault may hold the disk back more than that.
    await backend.restrain({ limits: checked });
  }

  async #plugOne(order: DiskOrder, number: number, options: Limits): Promise<void> {
    const { id, iops, bytesPerSecond, sizeBytes } = order;
    const signal = options.signal ?? AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const volume = `${this.#domain}-${id}.qcow2`;
    const path = await this.#pool.createDisk(volume, sizeBytes, signal);
    // The first of each kind is what the machine boots with.
    const target = targetOf(order, number);
    const xml = toXml(diskXml(order, target, path));
    try {
      await withFile("disk.xml", xml, (file) =>
        this.#virsh.run(["attach-device", this.#domain, file, ...ALWAYS], options),
      );
    } catch (error) {
      await this.#pool.remove(volume);
      throw error;
    }
    this.#disks.set(id, { order, target, volume, xml });
    if (iops !== undefined || bytesPerSecond !== undefined) await this.limit(id, order, options);
  }
}

/** The order with these limits in place of its own. */
function withLimits({ iops: _iops, bytesPerSecond: _bytes, ...order }: DiskOrder, limits: DiskLimits): DiskOrder {
  return { ...order, ...limits };
}
