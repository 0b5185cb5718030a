import { UsageError } from "../../errors/catalogue.ts";
import type { Accelerator } from "./host/acceleration.ts";

/** How the first commands reach a fork: through the agents that wait in its template, or by a login over SSH. */
export type FirstContact = "agent" | "ssh";

/** The runbook's `platform.qemu` section after checks. */
export interface QemuSettings {
  readonly firmware: "uefi" | "bios";
  readonly memoryMb: number;
  readonly cores: number;
  /** Limit for a boot until SSH answers; undefined leaves it to the accelerator. */
  readonly bootTimeoutMs: number | undefined;
  readonly acceleration: "auto" | Accelerator;
  readonly firstContact: FirstContact;
  /** Program name or path. */
  readonly qemuBinary: string;
  /** Bound of the folder in which templates are kept between runs. */
  readonly templateCacheMb: number;
}

type Parse<T> = (value: unknown) => T | undefined;
interface Key<T> {
  readonly parse: Parse<T>;
  readonly expected: string;
  readonly about: string;
}

const wholeNumber =
  (least: number, most: number): Parse<number> =>
  (value) => {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isInteger(number) && number >= least && number <= most
      ? number
      : undefined;
  };
const oneOf =
  <T extends string>(...allowed: readonly T[]): Parse<T> =>
  (value) =>
    allowed.find((candidate) => candidate === String(value).toLowerCase());
const text: Parse<string> = (value) => (typeof value === "string" && value !== "" ? value : undefined);

/** Every key of the section, as data: the parser and the documentation are made from it. */
export const QEMU_KEYS = {
  firmware_type: { parse: oneOf("uefi", "bios"), expected: "'uefi' or 'bios'", about: "Firmware; default uefi." },
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
  qemu_binary: { parse: text, expected: "a program name or path", about: "Default qemu-system-x86_64." },
  template_cache_mb: {
    parse: wholeNumber(0, 1 << 30),
    expected: "a whole number of megabytes",
    about: "Bound of the templates kept between runs; default 8192.",
  },
} as const satisfies Record<string, Key<unknown>>;

/** Checks the section as a whole; throws one UsageError that names every problem. */
export function parseQemuSettings(section: Readonly<Record<string, unknown>>): QemuSettings {
  const problems: string[] = [];
  for (const key of Object.keys(section)) {
    if (!Object.hasOwn(QEMU_KEYS, key)) {
      problems.push(`'${key}' is no key of 'platform.qemu'; known are ${Object.keys(QEMU_KEYS).join(", ")}.`);
    }
  }
  const get = <T>(name: keyof typeof QEMU_KEYS, key: Key<T>, fallback: T): T => {
    const value = section[name];
    if (value === undefined || value === null) return fallback;
    const parsed = key.parse(value);
    if (parsed === undefined) problems.push(`'platform.qemu.${name}' is '${String(value)}'; expected ${key.expected}.`);
    return parsed ?? fallback;
  };
  const bootTimeoutSeconds = get("boot_timeout", QEMU_KEYS.boot_timeout as Key<number | undefined>, undefined);
  const settings: QemuSettings = {
    firmware: get("firmware_type", QEMU_KEYS.firmware_type, "uefi"),
    memoryMb: get("memory_mb", QEMU_KEYS.memory_mb, 1024),
    cores: get("cores", QEMU_KEYS.cores, 2),
    bootTimeoutMs: bootTimeoutSeconds === undefined ? undefined : bootTimeoutSeconds * 1000,
    acceleration: get("acceleration", QEMU_KEYS.acceleration as Key<QemuSettings["acceleration"]>, "auto"),
    firstContact: get("first_contact", QEMU_KEYS.first_contact as Key<FirstContact>, "agent"),
    qemuBinary: get("qemu_binary", QEMU_KEYS.qemu_binary, "qemu-system-x86_64"),
    templateCacheMb: get("template_cache_mb", QEMU_KEYS.template_cache_mb, 8192),
  };
  if (problems.length > 0) {
    throw new UsageError(problems.join("\n"), { help: "Correct the section 'qemu' under 'platform' of the runbook." });
  }
  return settings;
}
