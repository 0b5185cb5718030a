import type { BootableImage } from "../boot-way.ts";
import { boardOf } from "../hardware.ts";
import type { Accelerator } from "../host/acceleration.ts";
import { hostTscKhz } from "../host/tsc-frequency.ts";
import type { QemuSettings } from "../settings.ts";

/**
 * A microvm without hardware acceleration has no clock that a kernel could measure its time stamp counter with, and would
 * stand still (`tsc_early_khz` in kernel-parameters.txt of Linux).
 */
export async function withClock(
  image: BootableImage,
  { hardware }: QemuSettings,
  accelerator: Accelerator,
  signal: AbortSignal,
): Promise<BootableImage> {
  const { kernel } = image.way;
  if (kernel === undefined || boardOf(hardware?.machineType) !== "microvm" || accelerator !== "tcg") return image;
  const parameter = "tsc_early_khz=";
  const tscKhz = kernel.commandLine.includes(parameter) ? undefined : await hostTscKhz(signal);
  if (tscKhz === undefined) return image;
  const commandLine = `${kernel.commandLine} ${parameter}${tscKhz}`;
  return { ...image, way: { ...image.way, kernel: { ...kernel, commandLine } } };
}
