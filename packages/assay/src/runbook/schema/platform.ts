import { didYouMean } from "../nearest.ts";
import type { NodeSpace } from "../requirement.ts";
import type { GuestSettings, PlatformSettings } from "../types.ts";
import { childOf, describeValue, type LocatedValue, type MappingValue, toPlain } from "../value.ts";
import { checkFields, type FieldContext, type FieldsRead, fields } from "./field.ts";
import { checkGuestNetwork, GUESTS } from "./guest.ts";
import { PLATFORM_NAMES, PLATFORM_SECTIONS, USABLE_PLATFORMS } from "./platform/platforms.ts";
import { type platformFields, platformFieldsWith } from "./platform-keys.ts";
import { readVariant } from "./variant.ts";

/** LISA's platform of a runbook without one. */
const STANDARD = "ready";

type Read = FieldsRead<typeof platformFields.table>;

/** The type of the platform in use, as far as it can be told before the section is read. */
export function platformType(value: LocatedValue | undefined, replacement: string | undefined): string {
  const entry = value?.kind === "list" ? value.items[0] : undefined;
  const type = entry?.kind === "mapping" ? childOf(entry, "type") : undefined;
  return replacement ?? (type?.kind === "scalar" ? type.source : STANDARD);
}

/** Reads `platform:`. Undefined after an error. `replacement` is a platform type that takes the place of the runbook's. */
export function readPlatform(
  value: LocatedValue | undefined,
  replacement: string | undefined,
  context: FieldContext,
): PlatformSettings | undefined {
  const entry = soleEntry(value, context);
  const added = Object.keys(context.kinds?.platform ?? {});
  if (entry === undefined) {
    const isAbsent = value === undefined || (value.kind === "list" && value.items.length === 0);
    const type = isAbsent ? knownType(replacement ?? STANDARD, undefined, added, context) : undefined;
    return type === undefined ? undefined : settingsOf(type, undefined, {}, { keep_environment: "no" }, []);
  }
  const own = platformType(value, undefined);
  const type = knownType(
    replacement ?? own,
    replacement === undefined && entry.kind === "mapping" ? (childOf(entry, "type") ?? entry) : undefined,
    added,
    context,
  );
  // One message says that the whole platform is not carried out; its parts need none.
  const isUnused = type !== own || !isUsable(own, added);
  const inner = isUnused ? { ...context, isUnused } : context;
  const read = checkFields(platformFieldsWith(added), entry, "platform", inner);
  if (read === undefined || entry.kind !== "mapping") return undefined;
  reportForeign(entry, own, [...PLATFORM_NAMES, ...added], context);
  tellUnmet(childOf(entry, "requirement"), inner);
  const section = readSection(own, entry, read.requirement, inner);
  const around = read.guest_enabled ? inner : { ...inner, isUnused: true };
  const guests = read.guests.flatMap((guest, index) => readGuest(guest, `platform.guests[${index}]`, around));
  if (read.guest_enabled && childOf(entry, "guests") === undefined) {
    context.problems.error("T02", "'platform.guest_enabled' needs 'guests'.", childOf(entry, "guest_enabled"), {
      help: "List the guests of each node under 'guests'.",
    });
  }
  if (type === undefined) return undefined;
  return settingsOf(type, entry, type === own ? section : {}, read, guests);
}

function settingsOf(
  type: string,
  entry: MappingValue | undefined,
  section: PlatformSettings["section"],
  read: Partial<Read>,
  guests: readonly GuestSettings[],
): PlatformSettings {
  const { requirement, ignored_capability: ignored = [] } = read;
  return {
    type,
    position: entry?.position,
    adminUsername: unlessEmpty(read.admin_username),
    adminPassword: unlessEmpty(read.admin_password),
    adminPrivateKeyFile: unlessEmpty(read.admin_private_key_file),
    keepEnvironment: read.keep_environment ?? "no",
    section,
    capture: {
      azureInformation: read.capture_azure_information ?? false,
      bootTime: read.capture_boot_time ?? false,
      kernelConfig: read.capture_kernel_config_information ?? false,
      vmInformation: read.capture_vm_information ?? true,
      assertKernelErrors: read.assert_kernel_error_after_test ?? false,
    },
    ...(requirement === undefined ? {} : { requirement }),
    ...(ignored.length === 0 ? {} : { ignoredCapability: ignored }),
    ...(read.guest_enabled === true ? { guests } : {}),
  };
}

function soleEntry(value: LocatedValue | undefined, { problems }: FieldContext): LocatedValue | undefined {
  if (value === undefined || value.kind === "broken") return undefined;
  if (value.kind !== "list") {
    problems.error("S02", `'platform' must be a list with one entry, found ${describeValue(value)}.`, value, {
      help: "Start the entry with '- '.",
    });
    return undefined;
  }
  const [first, second] = value.items;
  if (second !== undefined) {
    problems.error("S13", "A runbook has one platform, this one has more.", second, { help: "Keep one entry." });
  }
  return first;
}

const isUsable = (type: string, added: readonly string[]): boolean =>
  added.includes(type) || USABLE_PLATFORMS.some((name) => name === type);

function knownType(
  type: string,
  at: LocatedValue | undefined,
  added: readonly string[],
  { problems }: FieldContext,
): string | undefined {
  if (isUsable(type, added) || at?.kind === "broken") return type;
  const usable = [...USABLE_PLATFORMS, ...added];
  if (PLATFORM_NAMES.some((name) => name === type)) {
    problems.missing(`The platform '${type}' is not supported by this version of assay.`, at, {
      help: `Platforms it can use: ${usable.join(", ")}; --platform takes one of them instead.`,
    });
    return type;
  }
  if (at?.kind === "list" || at?.kind === "mapping") return undefined;
  const near = didYouMean(type, [...PLATFORM_NAMES, ...added]);
  problems.error("T01", `There is no platform '${type}'.`, at, {
    help: `${near === undefined ? "" : `${near} `}Known platforms: ${[...PLATFORM_NAMES, ...added].join(", ")}.`,
  });
  return undefined;
}

function reportForeign(entry: MappingValue, own: string, names: readonly string[], { problems }: FieldContext): void {
  for (const { key, keyPosition } of entry.entries) {
    if (key === own || !names.includes(key)) continue;
    problems.error("S15", `The section '${key}' does not belong to the platform '${own}'.`, keyPosition, {
      help: `Remove it, or set 'type: ${key}'.`,
    });
  }
}

const unlessEmpty = (value: string | undefined): string | undefined => (value === "" ? undefined : value);

/** The platform's own section; assay's own platform also takes it from the requirement, which is nearer to the machine. */
function readSection(
  type: string,
  entry: MappingValue,
  requirement: NodeSpace | undefined,
  context: FieldContext,
): PlatformSettings["section"] {
  const value = childOf(entry, type);
  const keys = sectionKeys(type, context);
  const own =
    value === undefined || keys === undefined ? {} : (checkFields(keys, value, `platform.${type}`, context) ?? {});
  if (type !== "qemu" && type !== "libvirt") return own;
  // A range asks for at least its smallest value; the section's own key is more exact and comes after.
  const [cores, memory] = [requirement?.coreCount?.[0], requirement?.memoryMb?.[0]];
  return {
    ...(cores === undefined ? {} : { cores: cores.minimum }),
    ...(memory === undefined ? {} : { memory_mb: memory.minimum }),
    ...own,
    ...requirement?.platformSections?.[type],
  };
}

/** Parts of a requirement that no platform of this version can give or deny. */
const UNMET = [
  ["gpu_count"],
  ["disk", "os_disk_type"],
  ["disk", "os_disk_size"],
  ["disk", "data_disk_caching_type"],
] as const;

function tellUnmet(requirement: LocatedValue | undefined, { problems, isUnused }: FieldContext): void {
  if (requirement?.kind !== "mapping" || isUnused === true) return;
  for (const path of UNMET) {
    const value = path.reduce<LocatedValue | undefined>(
      (held, key) => (held?.kind === "mapping" ? childOf(held, key) : undefined),
      requirement,
    );
    if (value === undefined || value.kind === "broken" || JSON.stringify(toPlain(value)) === "0") continue;
    problems.missing(`'platform.requirement.${path.join(".")}' is not carried out by this version of assay.`, value, {
      help: "Remove it, or run this runbook with LISA.",
    });
  }
}

function sectionKeys(type: string, { kinds }: FieldContext) {
  const known = PLATFORM_NAMES.find((name) => name === type);
  if (known !== undefined) return PLATFORM_SECTIONS[known].platform;
  const added = kinds?.platform;
  const table = added !== undefined && Object.hasOwn(added, type) ? added[type] : undefined;
  return table === undefined ? undefined : fields(table, { code: "S15" });
}

function readGuest(value: LocatedValue, path: string, context: FieldContext): readonly GuestSettings[] {
  const guest = readVariant(GUESTS, value, path, context);
  if (guest === undefined) return [];
  checkGuestNetwork(guest.entry, path, context);
  if (guest.type === "wsl" && context.isUnused !== true) {
    const message = `'${path}' is a guest of type 'wsl', which is not carried out by this version of assay.`;
    const help =
      "It needs a Windows host, and assay works on Linux nodes. Use guests of type 'qemu' or 'openvmm' there.";
    context.problems.missing(message, childOf(guest.entry, "type") ?? guest.entry, { help });
  }
  const { name, capability, enabled, ...settings } = guest.read;
  if (enabled === false) return [];
  return [
    {
      position: guest.entry.position,
      type: guest.type,
      name: typeof name === "string" ? name : "",
      ...(capability === undefined ? {} : { capability: capability as NodeSpace }),
      settings,
    },
  ];
}
