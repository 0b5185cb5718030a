/** QEMU's names for the devices that every machine has, so that cases need no machine of their own for them. */
export const Guard = { balloon: "balloon0", watchdog: "watchdog0", panic: "panic0", display: "display0" } as const;

/** Devices through which the host and the guest keep an eye on each other. */
export function guards(): string[] {
  return [
    ...["-device", `virtio-balloon-pci,id=${Guard.balloon},deflate-on-oom=on`],
    ...["-device", `i6300esb,id=${Guard.watchdog}`],
    ...["-device", `pvpanic,id=${Guard.panic}`],
    // The smallest that every firmware and kernel can draw on, so that there is a picture to take.
    ...["-device", `VGA,id=${Guard.display},vgamem_mb=8`],
  ];
}
