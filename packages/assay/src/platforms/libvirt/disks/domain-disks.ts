import { UsageError } from "../../../errors/catalogue.ts";
import type { DiskLimits, WantedDisk } from "../../../features/disk.ts";
import { DiskBackend } from "../../qemu/disks/disk-backend.ts";
import { checkedLimits, checkSize, type DiskOrder, orderDisk } from "../../qemu/disks/disk-order.ts";
import { OS_DISK, type ScratchFile } from "../../qemu/disks/disk-rack.ts";
import type { HotPlugPorts } from "../../qemu/machine/hot-plug-ports.ts";
import type { QmpClient } from "../../qemu/machine/qmp-client.ts";
import type { DomainEvents } from "../connection/events.ts";
import type { Virsh } from "../connection/virsh.ts";
import { ownerOf } from "../domain/owner.ts";
import type { Pool } from "../storage/pool.ts";
import { AttachedDisks } from "./attached-disks.ts";
import { blockNodeOf } from "./block-nodes.ts";
import { DISK_TIMEOUT_MS, type DiskWay, type WayLimits } from "./disk-way.ts";
import { aliasOf, SYSTEM_DISK_ALIAS } from "./disk-xml.ts";
import { NvmeDisks } from "./nvme-disks.ts";

export interface DomainDisksParts {
  readonly virsh: Virsh;
  readonly events: DomainEvents;
  readonly pool: Pool;
  readonly qmp: QmpClient;
  readonly ports: HotPlugPorts;
  readonly domain: string;
}

interface DomainDisk {
  readonly order: DiskOrder;
  readonly volume: string;
}

/** The data disks of a domain, seen from the host. */
export class DomainDisks {
  readonly #virsh: Virsh;
  readonly #attached: AttachedDisks;
  readonly #nvme: NvmeDisks;
  readonly #pool: Pool;
  readonly #qmp: QmpClient;
  readonly #domain: string;
  /** By their ids, in the order they came. */
  readonly #disks = new Map<string, DomainDisk>();
  /** Of the QEMU of now. */
  readonly #backends = new Map<string, Promise<DiskBackend>>();
  #count = 0;

  constructor({ virsh, events, pool, ports, qmp, domain }: DomainDisksParts) {
    this.#virsh = virsh;
    this.#attached = new AttachedDisks(virsh, events, domain);
    this.#nvme = new NvmeDisks(qmp, ports);
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
      // libvirt has set those of its disks already; here they are made known, so that they stay when a fault ends.
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
    const signal = AbortSignal.timeout(DISK_TIMEOUT_MS);
    const owner = await ownerOf(this.#virsh, this.#domain, signal);
    const path = await this.#pool.createDisk(volume, sizeBytes, signal, owner);
    return { path, remove: () => this.#pool.remove(volume) };
  }

  /** Forgets what was between the guest and its disks, and gives another QEMU those of which libvirt does not know. */
  async beginAnew(signal: AbortSignal | undefined): Promise<void> {
    this.#backends.clear();
    await this.#nvme.plugAgain(signal);
    // With their limits.
    for (const { bus, id } of this.list()) if (bus === "nvme") await this.backend(id);
  }

  /** Adds disks. Throws UsageError before anything is done when they do not fit, and else what libvirt says. */
  async plug(wanted: readonly WantedDisk[], options: WayLimits = {}): Promise<readonly DiskOrder[]> {
    const orders: DiskOrder[] = [];
    for (const [index, each] of wanted.entries()) {
      const order = orderDisk(`data${this.#count + index + 1}`, each, [...this.list(), ...orders]);
      orders.push(order);
    }
    this.#count += orders.length;
    for (const order of orders) await this.#plugOne(order, options);
    return orders;
  }

  /** Removes a disk and its content when the guest has let it go. */
  async unplug(id: string, options: WayLimits = {}): Promise<void> {
    const { order, volume } = this.get(id);
    const backend = await this.backend(id);
    const way = this.#wayOf(order);
    await way.detach(order, options);
    this.#disks.delete(id);
    this.#backends.delete(id);
    await backend.close({ isContentGone: way.takesContent && !backend.isFiltered });
    await this.#pool.remove(volume);
  }

  /** Makes a disk larger. Throws UsageError for a size that is none or smaller. */
  async resize(id: string, sizeBytes: number, options: WayLimits = {}): Promise<void> {
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
    await this.#wayOf(disk.order).resize(disk.order, sizeBytes, options);
    this.#disks.set(id, { ...disk, order: { ...disk.order, sizeBytes } });
  }

  /** Limits a disk, in place of earlier limits. */
  async limit(id: string, limits: DiskLimits, options: WayLimits = {}): Promise<void> {
    const checked = checkedLimits(limits);
    const disk = this.get(id);
    const backend = await this.backend(id);
    await this.#wayOf(disk.order).limit(disk.order, checked, options);
    this.#disks.set(id, { ...disk, order: withLimits(disk.order, checked) });
    // Last, because a fault may hold the disk back more than that.
    await backend.restrain({ limits: checked });
  }

  #wayOf({ bus }: DiskOrder): DiskWay {
    return bus === "nvme" ? this.#nvme : this.#attached;
  }

  async #plugOne(order: DiskOrder, options: WayLimits): Promise<void> {
    const { id, iops, bytesPerSecond, sizeBytes } = order;
    const signal = options.signal ?? AbortSignal.timeout(options.timeoutMs ?? DISK_TIMEOUT_MS);
    const volume = `${this.#domain}-${id}.qcow2`;
    const way = this.#wayOf(order);
    // Files that libvirt knows it gives to its QEMU itself.
    const owner = way === this.#nvme ? await ownerOf(this.#virsh, this.#domain, signal) : undefined;
    const path = await this.#pool.createDisk(volume, sizeBytes, signal, owner);
    try {
      await way.attach(order, path, options);
    } catch (error) {
      await this.#pool.remove(volume);
      throw error;
    }
    this.#disks.set(id, { order, volume });
    if (iops !== undefined || bytesPerSecond !== undefined) await this.limit(id, order, options);
  }
}

/** The order with these limits in place of its own. */
function withLimits({ iops: _iops, bytesPerSecond: _bytes, ...order }: DiskOrder, limits: DiskLimits): DiskOrder {
  return { ...order, ...limits };
}
