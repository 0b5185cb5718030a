import { descriptorFolders, readDescriptorFiles } from "./descriptor-files.ts";

/** What a descriptor says of one firmware: QEMU's docs/interop/firmware.json. */
interface FirmwareDescriptor {
  /** Of the descriptor, without its folder. */
  readonly name: string;
  readonly code: string;
  readonly variables: string;
  readonly targets: readonly FirmwareTarget[];
  /** Such as `secure-boot`, `enrolled-keys`, `requires-smm`. */
  readonly features: readonly string[];
}

interface FirmwareTarget {
  readonly architecture: string;
  /** Globs of full machine names, such as `pc-q35-*`. */
  readonly machines: readonly string[];
}

/** A machine that needs firmware. */
export interface FirmwareNeed {
  /** As QEMU calls it: `x86_64`, `aarch64`. */
  readonly architecture: string;
  /** Full name, such as `pc-q35-7.2`. */
  readonly machine: string;
  /** Secure Boot switched on, with the keys of the distributions' boot loaders. */
  readonly isSecure: boolean;
}

/**
 * The descriptors of `folders` in the order of their names, which is that of preference. One that cannot be read or
 * that describes no firmware in flash counts as not there; an empty one hides that of a later folder.
 */
export async function readDescriptors(folders = descriptorFolders("firmware")): Promise<readonly FirmwareDescriptor[]> {
  const files = await readDescriptorFiles(folders);
  return files.map(({ name, text }) => parseDescriptor(name, text)).filter((descriptor) => descriptor !== undefined);
}

/** Undefined for what is no descriptor of UEFI firmware as two raw flash files. */
export function parseDescriptor(name: string, text: string): FirmwareDescriptor | undefined {
  try {
    const { "interface-types": interfaces, mapping, targets, features } = JSON.parse(text) as RawDescriptor;
    const { device, executable, mode = "split", "nvram-template": template } = mapping;
    if (!interfaces.includes("uefi") || device !== "flash" || mode !== "split") return undefined;
    if (executable?.format !== "raw" || template?.format !== "raw") return undefined;
    return { name, code: executable.filename, variables: template.filename, targets, features };
  } catch {
    return undefined;
  }
}

/** Those that fit the machine, the preferred first. */
export function fittingDescriptors(
  descriptors: readonly FirmwareDescriptor[],
  need: FirmwareNeed,
): readonly FirmwareDescriptor[] {
  return descriptors.filter(({ name, targets, features }) => {
    // Firmware for confidential machines boots others too, but keeps no variables.
    if (/inteltdx|amdsev/.test(name)) return false;
    const isSecure = features.includes("secure-boot") && features.includes("enrolled-keys");
    if (need.isSecure ? !isSecure : features.includes("secure-boot")) return false;
    return targets.some(
      ({ architecture, machines }) =>
        architecture === need.architecture && machines.some((glob) => matchesGlob(need.machine, glob)),
    );
  });
}

interface RawDescriptor {
  readonly "interface-types": readonly string[];
  readonly mapping: {
    readonly device: string;
    readonly mode?: string;
    readonly executable?: FlashFile;
    readonly "nvram-template"?: FlashFile;
  };
  readonly targets: readonly FirmwareTarget[];
  readonly features: readonly string[];
}

interface FlashFile {
  readonly filename: string;
  readonly format: string;
}

/** `*` for any characters and `?` for one, as in file names. */
function matchesGlob(text: string, glob: string): boolean {
  const pattern = glob.replaceAll(/[\\^$.*+?()[\]{}|]/g, (sign) => {
    if (sign === "*") return ".*";
    return sign === "?" ? "." : `\\${sign}`;
  });
  return new RegExp(`^${pattern}$`).test(text);
}
