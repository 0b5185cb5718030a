/** A device of `lsblk --json` with what is built on it. */
export interface BlockDevice {
  /** Name of the device file, such as `/dev/mapper/vg-root`. */
  readonly name: string;
  /** Name the kernel uses, such as `/dev/dm-0`. */
  readonly kname: string;
  readonly mountpoint: string | null;
  readonly children?: readonly BlockDevice[];
}

/** A swap area: what /proc/swaps calls it and the block device that carries it. */
export interface SwapArea {
  readonly name: string;
  readonly device: string;
}

function withDescendants(device: BlockDevice): BlockDevice[] {
  return [device, ...(device.children ?? []).flatMap(withDescendants)];
}

/** The disk that carries `/`, else one that carries `/boot`; undefined when lsblk shows neither. */
export function osDiskOf(disks: readonly BlockDevice[]): BlockDevice | undefined {
  const carries = (disk: BlockDevice, test: (mountpoint: string) => boolean): boolean =>
    withDescendants(disk).some(({ mountpoint }) => mountpoint !== null && test(mountpoint));
  return (
    disks.find((disk) => carries(disk, (mountpoint) => mountpoint === "/")) ??
    disks.find((disk) => carries(disk, (mountpoint) => mountpoint.startsWith("/boot")))
  );
}

/** Swap areas that lie on `osDisk`; compressed memory (zram) lies on no disk and is fine. */
export function swapsOn(osDisk: BlockDevice, swaps: readonly SwapArea[]): SwapArea[] {
  const names = new Set(withDescendants(osDisk).flatMap(({ name, kname }) => [name, kname]));
  return swaps.filter((swap) => names.has(swap.device));
}

/** Lines `name<TAB>device` as the gathering script prints them. */
export function parseSwapLines(text: string): SwapArea[] {
  return text
    .split("\n")
    .filter((line) => line.includes("\t"))
    .map((line) => {
      const [name = "", device = ""] = line.split("\t");
      return { name, device };
    });
}
