import type { DiskOrder } from "../../qemu/disks/disk-order.ts";
import { element, type XmlElement } from "../domain/xml.ts";

/** The target of the data disks on the SCSI controller; target 0 has what the machine boots with. */
const DATA_TARGET = 1;

/** What libvirt and QEMU call a device of ours; libvirt keeps names that begin so as they are. */
export const aliasOf = (id: string): string => `ua-${id}`;

/** The same of the disk that the machine boots from. */
export const SYSTEM_DISK_ALIAS = aliasOf("os");

/** The name under which libvirt finds a disk again: `vdb` on for virtio, `sdb` on for others. `number` counts from 1. */
export function targetOf({ bus }: Pick<DiskOrder, "bus">, number: number): string {
  return `${bus === "virtio-blk" ? "vd" : "sd"}${letters(number)}`;
}

/** `a` to `z`, `aa`, `ab` and so on, from 0. */
function letters(index: number): string {
  const rest = Math.floor(index / 26) - 1;
  return `${rest >= 0 ? letters(rest) : ""}${String.fromCharCode(97 + (index % 26))}`;
}

/** A data disk with its file, as libvirt attaches it. */
export function diskXml(order: DiskOrder, target: string, path: string): XmlElement {
  const { bus, id, isReadOnly, lun, medium, serial } = order;
  const isScsi = bus === "scsi";
  return element(
    "disk",
    { type: "file", device: "disk" },
    element("driver", { name: "qemu", type: "qcow2", cache: "unsafe", discard: "unmap" }),
    element("source", { file: path }),
    element("target", {
      dev: target,
      bus: bus === "virtio-blk" ? "virtio" : bus,
      // 1 stands for a medium that does not rotate.
      rotation_rate: isScsi ? (medium === "rotating" ? 7200 : 1) : undefined,
    }),
    isReadOnly ? element("readonly") : undefined,
    element("serial", {}, serial),
    element("alias", { name: aliasOf(id) }),
    isScsi
      ? element("address", { type: "drive", controller: 0, bus: 0, target: DATA_TARGET, unit: lun ?? 0 })
      : undefined,
  );
}
