import type { DiskLimits } from "../../../features/disk.ts";
import type { DiskOrder } from "../../qemu/disks/disk-order.ts";
import type { DomainEvents } from "../connection/events.ts";
import type { Virsh } from "../connection/virsh.ts";
import { withFile } from "../connection/with-file.ts";
import { toXml } from "../domain/xml.ts";
import { DISK_TIMEOUT_MS, type DiskWay, type WayLimits } from "./disk-way.ts";
import { aliasOf, diskXml, targetOf } from "./disk-xml.ts";

/** A disk is there now, and again when the machine is switched off and on. */
const ALWAYS = ["--live", "--config"] as const;

/** Disks that libvirt itself attaches. */
export class AttachedDisks implements DiskWay {
  readonly takesContent = true;
  readonly #virsh: Virsh;
  readonly #events: DomainEvents;
  readonly #domain: string;
  /** By the ids of their disks: how libvirt calls and describes them. */
  readonly #attached = new Map<string, { readonly target: string; readonly xml: string }>();
  #count = 0;

  constructor(virsh: Virsh, events: DomainEvents, domain: string) {
    this.#virsh = virsh;
    this.#events = events;
    this.#domain = domain;
  }

  async attach(order: DiskOrder, path: string, options: WayLimits): Promise<void> {
    // The first of each kind is what the machine boots with.
    const target = targetOf(order, ++this.#count);
    const xml = toXml(diskXml(order, target, path));
    await withFile("disk.xml", xml, (file) =>
      this.#virsh.run(["attach-device", this.#domain, file, ...ALWAYS], options),
    );
    this.#attached.set(order.id, { target, xml });
  }

  async detach({ id }: DiskOrder, { signal, timeoutMs = DISK_TIMEOUT_MS }: WayLimits): Promise<void> {
    const isRemoved = ({ detail, kind }: { readonly detail: string; readonly kind: string }) =>
      kind === "device-removed" && detail === aliasOf(id);
    const removed = this.#events.next(this.#domain, isRemoved, { timeoutMs, signal });
    removed.catch(() => undefined);
    await withFile("disk.xml", this.#of(id).xml, (file) =>
      this.#virsh.run(["detach-device", this.#domain, file, ...ALWAYS], { signal, timeoutMs }),
    );
    await removed;
    this.#attached.delete(id);
  }

  async resize({ id }: DiskOrder, sizeBytes: number, options: WayLimits): Promise<void> {
    await this.#virsh.run(["blockresize", this.#domain, this.#of(id).target, `${sizeBytes}B`], options);
  }

  async limit({ id }: DiskOrder, { iops = 0, bytesPerSecond = 0 }: DiskLimits, options: WayLimits): Promise<void> {
    const most = ["--total-iops-sec", `${iops}`, "--total-bytes-sec", `${bytesPerSecond}`];
    await this.#virsh.run(["blkdeviotune", this.#domain, this.#of(id).target, ...most, ...ALWAYS], options);
  }

  #of(id: string): { readonly target: string; readonly xml: string } {
    const attached = this.#attached.get(id);
    if (attached === undefined) throw new TypeError(`The disk '${id}' was not attached.`);
    return attached;
  }
}
