import { boardOf, type Hardware } from "../../qemu/hardware.ts";
import type { DomainSpec } from "../domain/domain-xml.ts";
import { element, type XmlElement } from "../domain/xml.ts";
import { SYSTEM_DISK_ALIAS } from "./disk-xml.ts";

/** What a machine begins with: the system's disk, the seed of cloud-init, and a disc in a drive. */
export function firstDisks({ cdrom, disk, hardware, seed }: DomainSpec): readonly (XmlElement | undefined)[] {
  return [
    element(
      "disk",
      { type: "file", device: "disk" },
      // What a machine loses when its host fails, nobody wants back.
      element("driver", { name: "qemu", type: "qcow2", cache: "unsafe", discard: "unmap" }),
      element("source", { file: disk }),
      element("target", systemTarget(hardware)),
      element("alias", { name: SYSTEM_DISK_ALIAS }),
      hardware.diskBus === "virtio-scsi" ? place(0, 0) : undefined,
    ),
    seed === undefined ? undefined : disc(seed, { dev: "sdzy", bus: "scsi" }, place(0, SEED_UNIT)),
    cdrom === undefined
      ? undefined
      : boardOf(hardware.machineType) === "pc"
        ? disc(cdrom, { dev: "hdc", bus: "ide" }, place(1, 0))
        : disc(cdrom, { dev: "sdzz", bus: "sata" }, place(0, 1)),
  ];
}

/** Of SCSI target 0, where a system's disk can be too. */
const SEED_UNIT = 1;

/** `vda` and `sda` are the first of their kind, and data disks come after them. */
function systemTarget({ diskBus }: Hardware): XmlElement["attributes"] {
  switch (diskBus) {
    case undefined:
      return { dev: "vda", bus: "virtio" };
    case "virtio-scsi":
      return { dev: "sda", bus: "scsi" };
    case "ide":
      return { dev: "hda", bus: "ide" };
    default:
      return { dev: "sda", bus: diskBus };
  }
}

const disc = (path: string, target: XmlElement["attributes"], address: XmlElement): XmlElement =>
  element(
    "disk",
    { type: "file", device: "cdrom" },
    element("driver", { name: "qemu", type: "raw" }),
    element("source", { file: path }),
    element("target", target),
    element("readonly"),
    address,
  );

const place = (bus: number, unit: number): XmlElement =>
  element("address", { type: "drive", controller: 0, bus, target: 0, unit });
