import { UsageError } from "../../../errors/catalogue.ts";
import type { QemuSettings } from "../settings.ts";
import { type Acceleration, hostProcessor, probeAcceleration } from "./acceleration.ts";
import { findUefiFirmware, missingFirmware, type UefiFirmware } from "./firmware.ts";
import { fullMachineName } from "./machine-name.ts";
import { findQemu, needProgram, type QemuBinary } from "./qemu-binary.ts";
import { findSecurity, type HostSecurity } from "./security.ts";
import { findVirtiofs, type Virtiofsd } from "./virtiofsd.ts";

/** What this host gives to machines. */
export interface HostSetup {
  readonly qemu: QemuBinary;
  readonly qemuImg: string;
  readonly acceleration: Acceleration;
  /** That of machines without Secure Boot; undefined for BIOS. */
  readonly firmware: UefiFirmware | undefined;
  readonly security: HostSecurity;
  /** Serves folders over virtiofs; undefined where none is installed. */
  readonly virtiofsd: Virtiofsd | undefined;
  /** Limit for a boot until SSH answers. */
  readonly bootTimeoutMs: number;
}

/** Boots take 5 to 20 s under KVM, 50 to 130 s under software emulation on an idle machine; others may share it. */
const DEFAULT_BOOT_TIMEOUT_MS = { kvm: 120_000, tcg: 900_000 } as const;

/** Finds QEMU and firmware and chooses the accelerator. Throws MissingDependency, UsageError for KVM where it cannot be. */
export async function setUpHost(settings: QemuSettings, signal: AbortSignal): Promise<HostSetup> {
  if (settings.acceleration === "kvm" && settings.architecture !== hostProcessor()) {
    throw new UsageError(
      `'acceleration: kvm' is for machines with this host's processors (${hostProcessor()}); these are ${settings.architecture}.`,
      { help: "Leave 'acceleration' out of 'platform.qemu': such machines are emulated." },
    );
  }
  const [qemu, qemuImg] = await Promise.all([findQemu(settings.qemuBinary), needProgram("qemu-img", "qemu-utils")]);
  const { architecture, hardware } = settings;
  const machine = { architecture, machine: fullMachineName(hardware?.machineType ?? "q35", qemu.version) };
  const [firmware, security, { daemon: virtiofsd }] = await Promise.all([
    settings.firmware === "uefi" ? needFirmware(machine) : undefined,
    findSecurity(machine),
    findVirtiofs(),
  ]);
  const acceleration: Acceleration =
    settings.acceleration === "auto"
      ? await probeAcceleration({ qemu, signal, architecture })
      : { accelerator: settings.acceleration, reason: "Set by the runbook.", isCached: false };
  return {
    qemu,
    qemuImg,
    acceleration,
    firmware,
    security,
    virtiofsd,
    bootTimeoutMs: settings.bootTimeoutMs ?? DEFAULT_BOOT_TIMEOUT_MS[acceleration.accelerator],
  };
}

async function needFirmware(machine: {
  readonly architecture: string;
  readonly machine: string;
}): Promise<UefiFirmware> {
  const need = { ...machine, isSecure: false };
  const found = await findUefiFirmware(need);
  if (found === undefined) throw missingFirmware(need);
  return found;
}
