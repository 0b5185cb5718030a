import { MissingDependency } from "../../../errors/catalogue.ts";
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
export function firmwareFor({ firmware, security }: Host, { isSecureBoot }: ProtectedShape): UefiFirmware | undefined {
  if (isSecureBoot !== true) return firmware;
  if (security.secureFirmware === undefined) throw missingFirmware({ architecture: "x86_64", isSecure: true });
  return security.secureFirmware;
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
  if (shape.isSecureBoot === true && secureFirmware === undefined) {
    return "it needs UEFI firmware with Secure Boot and enrolled keys: install it with 'apt-get install ovmf'.";
  }
  if (shape.hasTpm === true && swtpm === undefined)
    return `it needs a TPM, for which it takes swtpm: install it with '${INSTALL_SWTPM}'.`;
  return undefined;
}
