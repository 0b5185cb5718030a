import { UsageError } from "../../errors/catalogue.ts";
import type { ProcessorName } from "../../image/architecture.ts";
import type { Image } from "../../image/types.ts";
import type { SeedKind } from "./boot-way.ts";
import { boardOf, coresOf, type Hardware, memoryOf } from "./hardware.ts";
import { HARDWARE_KEYS, readHardware, sizeBeside } from "./hardware-settings.ts";
import type { Accelerator } from "./host/acceleration.ts";
import { flag, type Key, lineOfText, oneOf, type Parse, SectionReader, text, wholeNumber } from "./settings-key.ts";

/** How the first commands reach a fork: through the agents that wait in its template, or by a login over SSH. */
export type FirstContact = "agent" | "ssh";

/** How the image is booted and how assay gets in, as the runbook says. */
export interface BootSettings {
  readonly seed: SeedKind;
  readonly hasIgnition: boolean;
  /** Paths as written: relative to the runbook's folder. */
  readonly extraUserData: readonly string[];
  /** File of a kernel or of a Debian package, or what Debian's archive calls a kernel; undefined for the image's own. */
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  /** Added to the image's own command line. */
  readonly commandLine: string | undefined;
  /** There is no firmware that would find the image's kernel. */
  readonly needsKernel: boolean;
  /** Size of the disk the guest sees; undefined for the image's own. */
  readonly diskGib: number | undefined;
}

/** The runbook's `platform.qemu` section after checks. */
export interface QemuSettings {
  readonly architecture: ProcessorName;
  /** `bios` also for a microvm, which has neither. */
  readonly firmware: "uefi" | "bios";
  /** UEFI starts signed boot loaders alone. */
  readonly isSecureBoot: boolean;
  /** Every machine has a TPM 2.0. */
  readonly hasTpm: boolean;
  readonly memoryMb: number;
  readonly cores: number;
  /** What makes its machines others than the usual; undefined for the usual. */
  readonly hardware: Hardware | undefined;
  /** Limit for a boot until SSH answers; undefined leaves it to the accelerator. */
  readonly bootTimeoutMs: number | undefined;
  readonly acceleration: "auto" | Accelerator;
  readonly firstContact: FirstContact;
  readonly boot: BootSettings;
  /** Program name or path. */
  readonly qemuBinary: string;
  /** Bound of the folder in which templates are kept between runs. */
  readonly templateCacheMb: number;
}

/** A section with one list of paths; a single path may stand for it, and an empty text for none. */
const userData: Parse<readonly string[]> = (value) => {
  if (typeof value !== "object" || value === null) return undefined;
  const { extra_user_data: given = [] } = value as { readonly extra_user_data?: unknown };
  const paths: readonly unknown[] = Array.isArray(given) ? given : [given];
  return paths.every((path) => typeof path === "string") ? paths.filter((path) => path !== "") : undefined;
};

/** Under the names that users know them by. */
const ARCHITECTURES: Readonly<Record<string, ProcessorName>> = {
  ...{ x86_64: "x86_64", x64: "x86_64", amd64: "x86_64" },
  ...{ aarch64: "aarch64", arm64: "aarch64" },
};

/** Every key of the section, as data: the parser and the documentation are made from it. */
export const QEMU_KEYS = {
  firmware_type: { parse: oneOf("uefi", "bios"), expected: "'uefi' or 'bios'", about: "Firmware; default uefi." },
  enable_secure_boot: {
    parse: flag,
    expected: "true or false",
    about: "UEFI starts signed boot loaders alone, with the keys of the distributions; default false.",
  },
  arch: {
    parse: (value) => ARCHITECTURES[String(value).toLowerCase()],
    expected: "'x86_64' or 'aarch64'",
    about: "Of the machines' processors; default the image's where it is of a recipe, else x86_64.",
  } satisfies Key<ProcessorName>,
  tpm: { parse: flag, expected: "true or false", about: "A TPM 2.0 in every machine; default false." },
  memory_mb: {
    parse: wholeNumber(256, 1 << 22),
    expected: "a whole number from 256",
    about: "Guest memory; default 1024.",
  },
  cores: {
    parse: wholeNumber(1, 255),
    expected: "a whole number from 1 to 255",
    about: "Virtual processors; default 2.",
  },
  boot_timeout: {
    parse: wholeNumber(1, 86_400),
    expected: "seconds, a whole number from 1",
    about: "Limit for a boot until SSH answers; default 120 under KVM, 900 under software emulation.",
  },
  acceleration: {
    parse: oneOf("auto", "kvm", "tcg"),
    expected: "'auto', 'kvm' or 'tcg'",
    about: "Default auto: probed.",
  },
  first_contact: {
    parse: oneOf("agent", "ssh"),
    expected: "'agent' or 'ssh'",
    about: "How commands reach a fork before SSH is needed; default agent, which is several times faster.",
  },
  seed: {
    parse: oneOf("nocloud", "config_drive", "none"),
    expected: "'nocloud', 'config_drive' or 'none'",
    about: "What makes the account at the first boot; default nocloud, and none with Ignition.",
  },
  cloud_init: {
    parse: userData,
    expected: "'extra_user_data' with paths of YAML files",
    about: "Files of cloud-config that are joined with assay's own.",
  },
  ignition: { parse: flag, expected: "true or false", about: "Ignition instead of cloud-init; default false." },
  kernel: {
    parse: lineOfText,
    expected: "a path, a package or a version",
    about: "Kernel to boot instead of the image's: a file, a Debian package or what the archive calls it.",
  },
  initrd: { parse: lineOfText, expected: "a path", about: "Initial RAM disk for that kernel." },
  cmdline: {
    parse: lineOfText,
    expected: "one line of text",
    about: "Kernel parameters that are added to the image's own.",
  },
  disk_img_resize_gib: {
    parse: wholeNumber(1, 65_536),
    expected: "a whole number of GiB",
    about: "Size the disk grows to; default the image's own.",
  },
  ...HARDWARE_KEYS,
  qemu_binary: { parse: text, expected: "a program name or path", about: "Default qemu-system- and the architecture." },
  template_cache_mb: {
    parse: wholeNumber(0, 1 << 30),
    expected: "a whole number of megabytes",
    about: "Bound of the templates kept between runs; default 8192.",
  },
} as const satisfies Record<string, Key<unknown>>;

/** The image that the machines boot, as far as it says what they have to be. */
export type ImageNeed = Pick<Image, "name" | "architecture">;

/**
 * Checks the section as a whole; throws one UsageError that names every problem. What it says nothing of follows from
 * the image.
 */
export function parseQemuSettings(section: Readonly<Record<string, unknown>>, image?: ImageNeed): QemuSettings {
  const reader = new SectionReader(section);
  const { problems } = reader;
  for (const key of Object.keys(section)) {
    if (!Object.hasOwn(QEMU_KEYS, key)) {
      problems.push(`'${key}' is no key of 'platform.qemu'; known are ${Object.keys(QEMU_KEYS).join(", ")}.`);
    }
  }
  const get: Get = (name, key, fallback) => reader.get(name, key) ?? fallback;
  const bootTimeoutSeconds = get("boot_timeout", QEMU_KEYS.boot_timeout as Key<number | undefined>, undefined);
  const architecture = get("arch", QEMU_KEYS.arch, image?.architecture ?? "x86_64");
  const told = readHardware(reader);
  const isArm = architecture === "aarch64";
  const isOwnBoard = section.machine_type === undefined || section.machine_type === null;
  const hardware = isArm ? { machineType: isOwnBoard ? "virt" : "q35", ...told } : told;
  const isMicro = boardOf(hardware?.machineType) === "microvm";
  const sizeOf = (key: "cores" | "memory_mb", ofHardware: number | undefined, usual: number): number =>
    sizeBeside(ofHardware, { key, asked: reader.get(key, QEMU_KEYS[key]), usual }, reader);
  const settings: QemuSettings = {
    architecture,
    firmware: isMicro ? "bios" : get("firmware_type", QEMU_KEYS.firmware_type, "uefi"),
    isSecureBoot: get("enable_secure_boot", QEMU_KEYS.enable_secure_boot, false),
    hasTpm: get("tpm", QEMU_KEYS.tpm, false),
    memoryMb: sizeOf("memory_mb", hardware && memoryOf(hardware), 1024),
    cores: sizeOf("cores", hardware && coresOf(hardware), 2),
    hardware,
    bootTimeoutMs: bootTimeoutSeconds === undefined ? undefined : bootTimeoutSeconds * 1000,
    acceleration: get("acceleration", QEMU_KEYS.acceleration as Key<QemuSettings["acceleration"]>, "auto"),
    firstContact: get("first_contact", QEMU_KEYS.first_contact as Key<FirstContact>, "agent"),
    boot: bootSettings(get, problems, isMicro),
    qemuBinary: get("qemu_binary", QEMU_KEYS.qemu_binary, `qemu-system-${architecture}`),
    templateCacheMb: get("template_cache_mb", QEMU_KEYS.template_cache_mb, 8192),
  };
  problems.push(...imageProblems(settings, image), ...boardProblems(settings));
  if (problems.length > 0) {
    throw new UsageError(problems.join("\n"), { help: "Correct the section 'qemu' under 'platform' of the runbook." });
  }
  return settings;
}

/** Where the runbook asks for machines that the image cannot boot on. */
function imageProblems({ architecture }: QemuSettings, image: ImageNeed | undefined): readonly string[] {
  if (image?.architecture === undefined || image.architecture === architecture) return [];
  return [
    `'platform.qemu.arch' is '${architecture}', and the image '${image.name}' is for ${image.architecture}; ` +
      "without 'arch' its machines are what it needs.",
  ];
}

/** What of the settings the board cannot carry. */
function boardProblems(settings: QemuSettings): readonly string[] {
  const { architecture, boot, firmware, hardware, isSecureBoot } = settings;
  const board = boardOf(hardware?.machineType);
  const problems: string[] = [];
  if ((board === "virt") !== (architecture === "aarch64")) {
    problems.push(`'platform.qemu.machine_type' is '${hardware?.machineType}', which is no board of ${architecture}.`);
  }
  if (board === "virt" && firmware === "bios") problems.push("A machine of aarch64 needs 'firmware_type: uefi'.");
  for (const [key, value] of Object.entries({ kernel: boot.kernel, initrd: boot.initrd, cmdline: boot.commandLine })) {
    if (board !== "virt" || value === undefined) continue;
    problems.push(
      `'platform.qemu.${key}' needs x86_64: kernels of other machines are started by the boot loader alone.`,
    );
  }
  if (isSecureBoot && board !== "q35" && board !== "virt") {
    problems.push(`'platform.qemu.enable_secure_boot' needs 'machine_type: q35'.`);
  } else if (isSecureBoot && firmware === "bios") {
    problems.push("'platform.qemu.enable_secure_boot' needs 'firmware_type: uefi'.");
  } else if (isSecureBoot && boot.kernel !== undefined) {
    // The firmware would ask for a signature by the keys it knows, and kernels are signed for their own boot loader.
    problems.push("'platform.qemu.enable_secure_boot' needs the image's own boot loader, which 'kernel' passes by.");
  }
  return problems;
}

type Get = <T>(name: keyof typeof QEMU_KEYS, key: Key<T>, fallback: T) => T;

function bootSettings(get: Get, problems: string[], needsKernel: boolean): BootSettings {
  const hasIgnition = get("ignition", QEMU_KEYS.ignition, false);
  const extraUserData = get("cloud_init", QEMU_KEYS.cloud_init, []);
  const seed = get("seed", QEMU_KEYS.seed as Key<SeedKind>, hasIgnition ? "none" : "nocloud");
  if (extraUserData.length > 0 && seed === "none")
    problems.push(
      `'platform.qemu.cloud_init' has no effect ${hasIgnition ? "with 'ignition: true'" : "with 'seed: none'"}.`,
    );
  const optional = (name: "kernel" | "initrd" | "cmdline") => get(name, QEMU_KEYS[name], "") || undefined;
  const [kernel, initrd, commandLine] = [optional("kernel"), optional("initrd"), optional("cmdline")];
  const diskGib = get("disk_img_resize_gib", QEMU_KEYS.disk_img_resize_gib as Key<number | undefined>, undefined);
  return { diskGib, seed, hasIgnition, extraUserData, kernel, initrd, commandLine, needsKernel };
}
