import { stat } from "node:fs/promises";
import { MissingDependency } from "../../../errors/catalogue.ts";
import { type FirmwareNeed, fittingDescriptors, readDescriptors } from "./firmware-descriptors.ts";

/** UEFI firmware of this host: read-only code and the template of its variable store. */
export interface UefiFirmware {
  readonly code: string;
  readonly variables: string;
  /** True where the variables are safe from the guest in System Management Mode alone. */
  readonly needsSmm: boolean;
}

interface Candidate extends UefiFirmware {
  readonly architecture: string;
  readonly isSecure: boolean;
}

const candidate = (kind: "usual" | "secure", code: string, variables: string): Candidate => {
  const isSecure = kind === "secure";
  return { architecture: "x86_64", isSecure, needsSmm: isSecure, code, variables };
};
const armCandidate = (code: string, variables: string): Candidate => ({
  ...{ architecture: "aarch64", isSecure: false, needsSmm: false, code, variables },
});

/** Where distributions put firmware that no descriptor tells of: Debian/Ubuntu, Fedora/RHEL, Arch, openSUSE. */
const CANDIDATES: readonly Candidate[] = [
  candidate("usual", "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
  candidate("usual", "/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
  candidate("usual", "/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
  candidate("usual", "/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
  candidate("usual", "/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin"),
  candidate("secure", "/usr/share/OVMF/OVMF_CODE_4M.ms.fd", "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"),
  candidate("secure", "/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd", "/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd"),
  candidate("secure", "/usr/share/qemu/ovmf-x86_64-smm-ms-code.bin", "/usr/share/qemu/ovmf-x86_64-smm-ms-vars.bin"),
  armCandidate("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"),
  armCandidate("/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw", "/usr/share/edk2/aarch64/vars-template-pflash.raw"),
  armCandidate("/usr/share/qemu/aavmf-aarch64-code.bin", "/usr/share/qemu/aavmf-aarch64-vars.bin"),
];

/** Where firmware is looked for. */
interface FirmwarePlaces {
  /** Folders with descriptors; default those of this host. */
  readonly folders?: readonly string[];
  readonly candidates?: readonly Candidate[];
}

/** UEFI firmware for the machine: as the descriptors tell, else from the usual places; undefined where there is none. */
export async function findUefiFirmware(
  need: FirmwareNeed,
  { folders, candidates = CANDIDATES }: FirmwarePlaces = {},
): Promise<UefiFirmware | undefined> {
  const described = fittingDescriptors(await readDescriptors(folders), need).map(({ code, variables, features }) => ({
    ...{ code, variables, needsSmm: features.includes("requires-smm") },
  }));
  const guessed = candidates.filter(
    ({ architecture, isSecure }) => architecture === need.architecture && isSecure === need.isSecure,
  );
  for (const { code, variables, needsSmm } of [...described, ...guessed]) {
    // Descriptors name files of packages that need not be whole.
    if ((await isThere(code)) && (await isThere(variables))) return { code, variables, needsSmm };
  }
  return undefined;
}

/** Why there is no such firmware and how to get it. */
export function missingFirmware({ architecture, isSecure }: Omit<FirmwareNeed, "machine">): MissingDependency {
  const isArm = architecture === "aarch64";
  const [kind, debianPackage] = isArm ? ["AAVMF", "qemu-efi-aarch64"] : ["OVMF", "ovmf"];
  const instead = isSecure
    ? "leave 'enable_secure_boot' out of 'platform.qemu'"
    : "set 'firmware_type: bios' under 'platform.qemu'";
  return new MissingDependency(
    `No UEFI firmware (${kind})${isSecure ? " with Secure Boot and enrolled keys" : ""} is on this machine.`,
    {
      help: `Install it with 'apt-get install ${debianPackage}' (Debian, Ubuntu)${isArm ? "" : `, or ${instead}`}.`,
    },
  );
}

/** Changes whenever the firmware files do, for the template's key. */
export async function firmwareStamp(firmware: UefiFirmware | undefined): Promise<string> {
  if (firmware === undefined) return "bios";
  const stats = await Promise.all([stat(firmware.code), stat(firmware.variables)]);
  return stats
    .map(({ size, mtimeMs }, index) => `${index === 0 ? firmware.code : firmware.variables} ${size} ${mtimeMs}`)
    .join(", ");
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
