import type { DiskLayer, MachineSpec } from "../machine-spec.ts";

/** The disk that holds the image's system, and the controllers of disks. */
export function systemDisk(spec: MachineSpec): string[] {
  // A kernel that QEMU starts itself takes the first place.
  const firstToBoot = spec.kernel === undefined ? ",bootindex=0" : "";
  return [
    ...["-blockdev", JSON.stringify(diskNode(spec.disk, true)), "-device", `virtio-blk-pci,drive=disk0${firstToBoot}`],
    ...["-device", "virtio-scsi-pci,id=scsi0"],
  ];
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
