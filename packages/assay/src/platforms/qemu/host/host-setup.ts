import type { QemuSettings } from "../settings.ts";
import { type Acceleration, probeAcceleration } from "./acceleration.ts";
import { findUefiFirmware, type UefiFirmware } from "./firmware.ts";
import { findQemu, needProgram, type QemuBinary } from "./qemu-binary.ts";

/** What this host gives to machines. */
export interface HostSetup {
  readonly qemu: QemuBinary;
  readonly qemuImg: string;
  readonly acceleration: Acceleration;
  /** Undefined for BIOS. */
  readonly firmware: UefiFirmware | undefined;
  /** Limit for a boot until SSH answers. */
  readonly bootTimeoutMs: number;
}

/** Boots take 5 to 20 s under KVM, 50 to 130 s under software emulation on an idle machine; others may share it. */
const DEFAULT_BOOT_TIMEOUT_MS = { kvm: 120_000, tcg: 900_000 } as const;

/** Finds QEMU and firmware and chooses the accelerator. Throws MissingDependency. */
export async function setUpHost(settings: QemuSettings, signal: AbortSignal): Promise<HostSetup> {
  const [qemu, qemuImg, firmware] = await Promise.all([
    findQemu(settings.qemuBinary),
    needProgram("qemu-img", "qemu-utils"),
    settings.firmware === "uefi" ? findUefiFirmware() : undefined,
  ]);
  const acceleration: Acceleration =
    settings.acceleration === "auto"
      ? await probeAcceleration({ qemu, signal })
      : { accelerator: settings.acceleration, reason: "Set by the runbook.", isCached: false };
  return {
    qemu,
    qemuImg,
    acceleration,
    firmware,
    bootTimeoutMs: settings.bootTimeoutMs ?? DEFAULT_BOOT_TIMEOUT_MS[acceleration.accelerator],
  };
}
