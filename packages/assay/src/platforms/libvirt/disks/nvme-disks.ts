import { dirname } from "node:path";
import { PlatformError, UsageError } from "../../../errors/catalogue.ts";
import { blockNodeOf, type DiskOrder, deviceOf } from "../../qemu/disks/disk-order.ts";
import type { HotPlugPorts } from "../../qemu/machine/hot-plug-ports.ts";
import { type QmpClient, QmpRefused } from "../../qemu/machine/qmp-client.ts";
import { DISK_TIMEOUT_MS, type DiskWay, type WayLimits } from "./disk-way.ts";
import { aliasOf } from "./disk-xml.ts";

/**
 * Disks on NVMe, of which libvirt 9 knows nothing: QEMU is given them through its monitor, and again whenever the machine
 * is switched on.
 */
export class NvmeDisks implements DiskWay {
  readonly takesContent = false;
  readonly #qmp: QmpClient;
  readonly #ports: HotPlugPorts;
  /** By the ids of their disks. */
  readonly #plugged = new Map<string, { readonly order: DiskOrder; readonly path: string }>();

  constructor(qmp: QmpClient, ports: HotPlugPorts) {
    this.#qmp = qmp;
    this.#ports = ports;
  }

  async attach(order: DiskOrder, path: string, options: WayLimits): Promise<void> {
    await this.#open(order, path, options);
    try {
      await this.#ports.plug({ ...deviceOf(order), id: aliasOf(order.id) }, options);
    } catch (error) {
      await this.#qmp.execute("blockdev-del", { "node-name": order.id }).catch(() => undefined);
      throw error;
    }
    this.#plugged.set(order.id, { order, path });
  }

  async detach({ id }: DiskOrder, { timeoutMs = DISK_TIMEOUT_MS, ...options }: WayLimits): Promise<void> {
    await this.#ports.unplug(aliasOf(id), { ...options, timeoutMs });
    this.#plugged.delete(id);
  }

  async resize(): Promise<void> {
    throw new UsageError("QEMU does not resize disks of the bus 'nvme' while they are in use.", {
      help: "Take another bus.",
    });
  }

  async limit(): Promise<void> {
    // libvirt keeps nothing of a disk that it does not know.
  }

  /** Gives all of them to a QEMU that has just been started. */
  async plugAgain(signal: AbortSignal | undefined): Promise<void> {
    for (const { order, path } of this.#plugged.values()) await this.attach(order, path, signal ? { signal } : {});
  }

  async #open(order: DiskOrder, path: string, options: WayLimits): Promise<void> {
    try {
      await this.#qmp.execute("blockdev-add", blockNodeOf(order, path), options);
    } catch (cause) {
      if (!(cause instanceof QmpRefused && cause.message.includes("Permission denied"))) throw cause;
      throw new PlatformError(`libvirt's QEMU may not open the NVMe disk '${path}', of which libvirt does not know.`, {
        help: `Where AppArmor guards QEMU, add '"${dirname(path)}/*" rwk,' to '/etc/apparmor.d/local/abstractions/libvirt-qemu' on libvirt's host.`,
        cause,
      });
    }
  }
}
