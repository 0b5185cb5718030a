import { stat } from "node:fs/promises";
import { MissingDependency } from "../../../errors/catalogue.ts";

/** UEFI firmware of this host: read-only code and the template of its variable store. */
export interface UefiFirmware {
  readonly code: string;
  readonly variables: string;
}

/** Where distributions put OVMF without Secure Boot: Debian/Ubuntu, Fedora/RHEL, Arch, openSUSE. */
const CANDIDATES: readonly UefiFirmware[] = [
  { code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.fd" },
  { code: "/usr/share/OVMF/OVMF_CODE.fd", variables: "/usr/share/OVMF/OVMF_VARS.fd" },
  { code: "/usr/share/edk2/ovmf/OVMF_CODE.fd", variables: "/usr/share/edk2/ovmf/OVMF_VARS.fd" },
  { code: "/usr/share/edk2/x64/OVMF_CODE.4m.fd", variables: "/usr/share/edk2/x64/OVMF_VARS.4m.fd" },
  { code: "/usr/share/qemu/ovmf-x86_64-code.bin", variables: "/usr/share/qemu/ovmf-x86_64-vars.bin" },
];

/** Finds OVMF. Throws MissingDependency when no candidate is there. */
export async function findUefiFirmware(candidates = CANDIDATES): Promise<UefiFirmware> {
  for (const candidate of candidates) {
    const found = await Promise.all([stat(candidate.code), stat(candidate.variables)]).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  throw new MissingDependency("No UEFI firmware (OVMF) is on this machine.", {
    help: "Install it with 'apt-get install ovmf' (Debian, Ubuntu), or set 'firmware_type: bios' under 'platform.qemu'.",
  });
}

/** Changes whenever the firmware files do, for the template's key. */
export async function firmwareStamp(firmware: UefiFirmware | undefined): Promise<string> {
  if (firmware === undefined) return "bios";
  const stats = await Promise.all([stat(firmware.code), stat(firmware.variables)]);
  return stats
    .map(({ size, mtimeMs }, index) => `${index === 0 ? firmware.code : firmware.variables} ${size} ${mtimeMs}`)
    .join(", ");
}
