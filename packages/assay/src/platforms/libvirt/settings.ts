import { UsageError } from "../../errors/catalogue.ts";
import { coresOf, type Hardware, memoryOf } from "../qemu/hardware.ts";
import { readHardware, sizeBeside } from "../qemu/hardware-settings.ts";
import type { BootSettings } from "../qemu/settings.ts";
import { SectionReader } from "../qemu/settings-key.ts";
import { type LibvirtUri, parseUri, uriOfHost } from "./connection/uri.ts";

/** The guest reaches out through QEMU itself, and is reached by a port of its host; needs no network of libvirt. */
export const USER_NETWORK = "user";

/** The runbook's `platform.libvirt` section after checks. */
export interface LibvirtSettings {
  /** Whose sections of nodes count. */
  readonly platform: "libvirt";
  readonly uri: LibvirtUri;
  /** Whether the machines run on this host. */
  readonly isHere: boolean;
  /** {@link USER_NETWORK}, or the name of a network of libvirt. */
  readonly network: string;
  /** Name of the storage pool for images and disks; it is made when it is not there. */
  readonly storage: string;
  /** Folder on the host for a pool that is made; undefined leaves it to the kind of connection. */
  readonly storageFolder: string | undefined;
  readonly firmware: "uefi" | "bios";
  readonly isSecureBoot: boolean;
  readonly hasTpm: boolean;
  /** What makes its machines others than the usual; undefined for the usual. */
  readonly hardware: Hardware | undefined;
  readonly memoryMb: number;
  readonly cores: number;
  readonly acceleration: "auto" | "kvm" | "tcg";
  /** Whether machines are copies of one that was booted once; needs {@link USER_NETWORK}. */
  readonly forks: boolean;
  /** Limit for a boot until SSH answers; undefined leaves it to the accelerator. */
  readonly bootTimeoutMs: number | undefined;
  /** Limit for the lease of an address on a network of libvirt; undefined: as long as the boot may take. */
  readonly leaseTimeoutMs: number | undefined;
  readonly boot: BootSettings;
  /** Bound of the templates that are kept in the pool between runs. */
  readonly templateCacheMb: number;
}

type Section = Readonly<Record<string, unknown>>;

const NUMBERS = {
  memory_mb: { least: 256, most: 1 << 22 },
  cores: { least: 1, most: 255 },
  boot_timeout: { least: 1, most: 86_400 },
  network_boot_timeout: { least: 1, most: 86_400 },
  disk_img_resize_gib: { least: 1, most: 65_536 },
  template_cache_mb: { least: 0, most: 1 << 30 },
} as const;
const CHOICES = {
  firmware_type: ["uefi", "bios"],
  acceleration: ["auto", "kvm", "tcg"],
  seed: ["nocloud", "config_drive", "none"],
} as const;
/** Names of pools and networks go on virsh's command line, where a dash would begin an option. */
const NAME = /^[A-Za-z0-9_][\w.+-]*$/;

/** Checks the section, whose values may also come as texts from the command line. Throws one UsageError with all problems. */
export function parseLibvirtSettings(section: Section): LibvirtSettings {
  const reader = new SectionReader(unlessEmpty(section), "platform.libvirt");
  const { problems } = reader;
  const wrong = (key: string, expected: string) =>
    problems.push(`'platform.libvirt.${key}' is '${String(section[key])}'; expected ${expected}.`);
  const number = (key: keyof typeof NUMBERS): number | undefined => {
    const value = section[key];
    if (value === undefined || value === null || value === "") return undefined;
    const { least, most } = NUMBERS[key];
    const read = Number(value);
    if (Number.isInteger(read) && read >= least && read <= most) return read;
    wrong(key, `a whole number from ${least} to ${most}`);
    return undefined;
  };
  const choice = <K extends keyof typeof CHOICES>(key: K): (typeof CHOICES)[K][number] | undefined => {
    const value = section[key];
    if (value === undefined || value === null || value === "") return undefined;
    const read = CHOICES[key].find((each) => each === String(value).toLowerCase());
    if (read === undefined) wrong(key, `one of '${CHOICES[key].join("', '")}'`);
    return read;
  };
  const name = (key: string, standard: string): string => {
    const value = textOf(section[key]) ?? standard;
    if (!NAME.test(value)) wrong(key, "a name of letters, digits, '.', '_' and '-'");
    return value;
  };
  const line = (key: string): string | undefined => {
    const value = textOf(section[key]);
    if (value !== undefined && /[\r\n\0]/.test(value)) wrong(key, "one line of text");
    return value;
  };
  const hasIgnition = isTrue(section.ignition);
  const seed = choice("seed") ?? (hasIgnition ? "none" : "nocloud");
  const extraUserData = userDataOf(section.cloud_init);
  if (extraUserData.length > 0 && seed === "none") {
    problems.push("'platform.libvirt.cloud_init' has no effect without a seed.");
  }
  const seconds = (key: keyof typeof NUMBERS) => {
    const read = number(key);
    return read === undefined ? undefined : read * 1000;
  };
  const [host] = hostsOf(section.hosts);
  const uri = parseUri(textOf(section.uri) ?? (host === undefined ? standardUri() : uriOfHost(host)));
  const network = name("network", USER_NETWORK);
  const hardware = readHardware(reader);
  const sizeOf = (key: "cores" | "memory_mb", ofHardware: number | undefined, usual: number): number =>
    sizeBeside(ofHardware, { key, asked: number(key), usual }, reader);
  const settings: LibvirtSettings = {
    platform: "libvirt",
    uri,
    isHere: uri.host === undefined,
    network,
    storage: name("storage", "assay"),
    storageFolder: textOf(host?.folder),
    firmware: choice("firmware_type") ?? "uefi",
    isSecureBoot: isTrue(section.enable_secure_boot),
    hasTpm: isTrue(section.tpm),
    hardware,
    memoryMb: sizeOf("memory_mb", hardware && memoryOf(hardware), 1024),
    cores: sizeOf("cores", hardware && coresOf(hardware), 2),
    acceleration: choice("acceleration") ?? "auto",
    // On a shared network two machines that woke from one would have one address.
    forks: network === USER_NETWORK && section.fork !== false && String(section.fork).toLowerCase() !== "false",
    bootTimeoutMs: seconds("boot_timeout"),
    leaseTimeoutMs: seconds("network_boot_timeout"),
    templateCacheMb: number("template_cache_mb") ?? 8192,
    boot: {
      diskGib: number("disk_img_resize_gib"),
      ...{ seed, hasIgnition, extraUserData, needsKernel: false },
      ...{ kernel: textOf(section.kernel), initrd: textOf(section.initrd), commandLine: line("cmdline") },
    },
  };
  if (settings.isSecureBoot && settings.firmware === "bios") {
    problems.push("'platform.libvirt.enable_secure_boot' needs 'firmware_type: uefi'.");
  }
  if (settings.boot.initrd !== undefined && settings.boot.kernel === undefined) {
    problems.push("'platform.libvirt.initrd' needs the file of a 'kernel' that it goes with.");
  }
  if (settings.isSecureBoot && settings.boot.kernel !== undefined) {
    problems.push("'platform.libvirt.enable_secure_boot' needs the image's own boot loader, which 'kernel' passes by.");
  }
  if (problems.length === 0) return settings;
  throw new UsageError(problems.join("\n"), {
    help: "Correct the section 'libvirt' under 'platform' of the runbook.",
  });
}

/** An empty text is what a variable without a value leaves. */
const unlessEmpty = (section: Section): Section =>
  Object.fromEntries(Object.entries(section).filter(([, value]) => value !== ""));

/** Root has no session of its own in libvirt. */
const standardUri = (): string => (process.getuid?.() === 0 ? "qemu:///system" : "qemu:///session");

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const isTrue = (value: unknown): boolean => String(value ?? false).toLowerCase() === "true";

/** Paths of cloud-config; one path may stand for the list, and an empty text for none. */
function userDataOf(value: unknown): readonly string[] {
  const { extra_user_data: given } = (value ?? {}) as { readonly extra_user_data?: unknown };
  return (Array.isArray(given) ? given : [given]).flatMap((path) => textOf(path) ?? []);
}

/** Hosts as LISA lists them; the first is the one that is used. An entry without an address is this machine. */
function hostsOf(value: unknown) {
  const entries = (Array.isArray(value) ? value : []) as readonly Section[];
  return entries.flatMap((entry) => {
    const address = textOf(entry.address);
    if (address === undefined) return [];
    const [username, privateKeyFile] = [textOf(entry.username), textOf(entry.private_key_file)];
    return [{ address, username, privateKeyFile, folder: textOf(entry.lisa_working_dir) }];
  });
}
