import { boardOf, type Hardware } from "../hardware.ts";

/** QEMU's names for the devices that every machine has, so that cases need no machine of their own for them. */
export const Guard = { balloon: "balloon0", watchdog: "watchdog0", panic: "panic0", display: "display0" } as const;

/** Devices through which the host and the guest keep an eye on each other. */
export function guards({ machineType }: Hardware): string[] {
  const isArm = boardOf(machineType) === "virt";
  return [
    ...["-device", `virtio-balloon-pci,id=${Guard.balloon},deflate-on-oom=on`],
    ...["-device", `i6300esb,id=${Guard.watchdog}`],
    ...["-device", `${isArm ? "pvpanic-pci" : "pvpanic"},id=${Guard.panic}`],
    // The smallest that every firmware and kernel can draw on, so that there is a picture to take. On arm64 the memory
    // of VGA would be cached.
    ...["-device", isArm ? `virtio-gpu-pci,id=${Guard.display}` : `VGA,id=${Guard.display},vgamem_mb=8`],
  ];
}
