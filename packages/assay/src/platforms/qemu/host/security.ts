import { MissingDependency } from "../../../errors/catalogue.ts";
import { boardOf, type Hardware } from "../hardware.ts";
import { findUefiFirmware, missingFirmware, type UefiFirmware } from "./firmware.ts";
import type { FirmwareNeed } from "./firmware-descriptors.ts";
import { findProgram } from "./qemu-binary.ts";

/** What this host has to protect machines with. */
export interface HostSecurity {
  /** Firmware that starts signed boot loaders alone; undefined where the host has none for these machines. */
  readonly secureFirmware: UefiFirmware | undefined;
  /** The program that is a machine's TPM; undefined where it is not installed. */
  readonly swtpm: string | undefined;
}

/** Looks for Secure Boot firmware for `machine` and for swtpm. */
export async function findSecurity(machine: Omit<FirmwareNeed, "isSecure">): Promise<HostSecurity> {
  const [secureFirmware, swtpm] = await Promise.all([
    findUefiFirmware({ ...machine, isSecure: true }),
    findProgram("swtpm"),
  ]);
  return { secureFirmware, swtpm };
}

/** The parts of a machine's shape that this is about. */
export interface ProtectedShape {
  readonly hardware?: Hardware | undefined;
  /** UEFI checks the signature of what it boots, with the keys of the distributions enrolled. */
  readonly isSecureBoot?: boolean;
  /** A TPM 2.0 of its own. */
  readonly hasTpm?: boolean;
}

interface Host {
  readonly firmware: UefiFirmware | undefined;
  readonly security: HostSecurity;
}

/** The firmware of a machine; undefined for BIOS. Throws MissingDependency. */
export function firmwareFor(
  { firmware, security }: Host,
  { hardware, isSecureBoot }: ProtectedShape,
): UefiFirmware | undefined {
  const board = boardOf(hardware?.machineType);
  if (board === "microvm") return undefined;
  if (isSecureBoot !== true) return firmware;
  if (security.secureFirmware !== undefined) return security.secureFirmware;
  throw missingFirmware({ architecture: board === "virt" ? "aarch64" : "x86_64", isSecure: true });
}

const INSTALL_SWTPM = "apt-get install swtpm";

/** The program for the machine's TPM; undefined for a machine without. Throws MissingDependency. */
export function swtpmFor({ security }: Pick<Host, "security">, { hasTpm }: ProtectedShape): string | undefined {
  if (hasTpm !== true) return undefined;
  if (security.swtpm !== undefined) return security.swtpm;
  throw new MissingDependency("A machine with a TPM needs the program 'swtpm', which is not on this machine.", {
    help: `Install it with '${INSTALL_SWTPM}' (Debian, Ubuntu), or leave 'tpm' out of 'platform.qemu'.`,
  });
}

/** Why this host cannot make a machine of that shape, for the reason of a skip; undefined when it can. */
export function protectionRefusal({ secureFirmware, swtpm }: HostSecurity, shape: ProtectedShape): string | undefined {
  const { machineType = "q35" } = shape.hardware ?? {};
  const board = boardOf(machineType);
  if (shape.isSecureBoot === true && board !== "q35" && board !== "virt") {
    return `it needs Secure Boot, which machines of the type '${machineType}' do not have.`;
  }
  if (shape.hasTpm === true && board === "microvm") return "it needs a TPM, which a microvm does not have.";
  if (shape.isSecureBoot === true && secureFirmware === undefined) {
    const debianPackage = board === "virt" ? "qemu-efi-aarch64" : "ovmf";
    return `it needs UEFI firmware with Secure Boot and enrolled keys: install it with 'apt-get install ${debianPackage}'.`;
  }
  if (shape.hasTpm === true && swtpm === undefined)
    return `it needs a TPM, for which it takes swtpm: install it with '${INSTALL_SWTPM}'.`;
  return undefined;
}
