import { boardOf, type Hardware } from "../../hardware.ts";
import type { DiskLayer, MachineSpec } from "../machine-spec.ts";

/** The disk that holds the image's system, and the controllers of disks. */
export function systemDisk(spec: MachineSpec): string[] {
  // A kernel that QEMU starts itself takes the first place.
  const firstToBoot = spec.kernel === undefined ? ",bootindex=0" : "";
  const scsi = ["-device", "virtio-scsi-pci,id=scsi0"];
  const node = ["-blockdev", JSON.stringify(diskNode(spec.disk, true))];
  const { diskBus } = spec.hardware;
  if (diskBus === undefined) return [...node, "-device", `virtio-blk-pci,drive=disk0${firstToBoot}`, ...scsi];
  const { controller = [], device } = attachment(diskBus, spec.hardware);
  return [...node, ...scsi, ...controller, "-device", `${device},drive=disk0${firstToBoot}`];
}

/** The device of a disk on each bus, and the controller where the board has none. */
function attachment(
  bus: NonNullable<Hardware["diskBus"]>,
  { machineType }: Hardware,
): { readonly controller?: readonly string[]; readonly device: string } {
  switch (bus) {
    case "virtio-scsi":
      return { device: "scsi-hd,bus=scsi0.0" };
    case "nvme":
      return { device: "nvme,serial=assay-disk0" };
    case "usb":
      return { controller: ["-device", "qemu-xhci,id=usb0"], device: "usb-storage,bus=usb0.0" };
    case "ide":
      return { device: "ide-hd,bus=ide.0" };
    case "sata":
      return boardOf(machineType) === "q35"
        ? { device: "ide-hd,bus=ide.0" }
        : { controller: ["-device", "ich9-ahci,id=sata0"], device: "ide-hd,bus=sata0.0" };
  }
}

interface BlockNode {
  readonly driver: string;
  readonly file: Readonly<Record<string, unknown>>;
  readonly "read-only"?: boolean;
  readonly backing?: BlockNode | null;
  readonly [option: string]: unknown;
}

/** The chain is spelled out, so that the paths written into the files need not hold any more. */
function diskNode(layers: readonly DiskLayer[], isTop: boolean): BlockNode | null {
  const [layer, ...below] = layers;
  if (layer === undefined) return null;
  const canHaveBacking = layer.format === "qcow2";
  return {
    driver: layer.format,
    file: { driver: "file", filename: layer.path },
    ...(isTop ? { "node-name": "disk0", discard: "unmap", cache: { "no-flush": true } } : { "read-only": true }),
    ...(canHaveBacking ? { backing: diskNode(below, false) } : {}),
  };
}
