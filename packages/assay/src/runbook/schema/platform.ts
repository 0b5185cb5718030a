import { didYouMean } from "../nearest.ts";
import type { CountRange } from "../requirement.ts";
import type { PlatformSettings } from "../types.ts";
import { childOf, describeValue, type LocatedValue, type MappingValue, type PlainValue, toPlain } from "../value.ts";
import { checkFields, type Field, type FieldContext, fields } from "./field.ts";
import { anything, flag, later, section, text } from "./kinds.ts";
import { PLATFORM_KEYS } from "./platform-keys.ts";
import { PLATFORM_NAMES, requirementFields } from "./requirement.ts";

/** Platforms this version can use. */
export const KNOWN_PLATFORMS = ["local", "ready", "qemu"] as const;
type KnownPlatform = (typeof KNOWN_PLATFORMS)[number];

const warning = { severity: "warning", unless: [false] } as const;

const commonTable = {
  type: text("kind of platform"),
  admin_username: text("account on the nodes"),
  admin_password: text("its password"),
  admin_private_key_file: text("file with its private key"),
  guest_enabled: later("cases in guests of the nodes", { unless: [false] }),
  guests: later("guests of the nodes"),
  keep_environment: keepEnvironment(),
  requirement: section(requirementFields, "what every machine must have"),
  ignored_capability: later("features taken off every case", { severity: "warning" }),
  capture_azure_information: later("logs of the Azure agent", warning),
  capture_boot_time: later("boot time in the results", warning),
  assert_kernel_error_after_test: later("kernel errors after a case", warning),
  capture_kernel_config_information: later("kernel configuration in the results", warning),
  capture_vm_information: flag("collect facts of the nodes"),
};

export const platformFields = fields({
  ...commonTable,
  ...(Object.fromEntries(PLATFORM_NAMES.map((name) => [name, anything(`section of '${name}'`)])) as Record<
    (typeof PLATFORM_NAMES)[number],
    Field<unknown>
  >),
});

/** Reads `platform:`. Undefined after an error. `replacement` is a platform type that takes the place of the runbook's. */
export function readPlatform(
  value: LocatedValue | undefined,
  replacement: string | undefined,
  context: FieldContext,
): PlatformSettings | undefined {
  const entry = soleEntry(value, context);
  if (entry === undefined)
    return value === undefined || isEmptyList(value) ? emptyPlatform(replacement, context) : undefined;
  const read = checkFields(platformFields, entry, "platform", context);
  if (read === undefined || entry.kind !== "mapping") return undefined;
  const own = read.type ?? "ready";
  const type = knownType(
    replacement ?? own,
    replacement === undefined ? (childOf(entry, "type") ?? entry) : undefined,
    context,
  );
  if (type === undefined) return undefined;
  const foreign = PLATFORM_NAMES.filter((name) => name !== own && childOf(entry, name) !== undefined);
  for (const name of foreign) {
    const key = entry.entries.find((candidate) => candidate.key === name)?.keyPosition;
    context.problems.error("S15", `The section '${name}' does not belong to the platform '${own}'.`, key, {
      help: `Remove it, or set 'type: ${name}'.`,
    });
  }
  return {
    type,
    position: entry.position,
    adminUsername: given(read.admin_username),
    adminPassword: given(read.admin_password),
    adminPrivateKeyFile: given(read.admin_private_key_file),
    keepEnvironment: read.keep_environment ?? "no",
    section: type === own ? readSection(type, entry, read.requirement ?? {}, context) : {},
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

const isEmptyList = (value: LocatedValue): boolean => value.kind === "list" && value.items.length === 0;

function emptyPlatform(replacement: string | undefined, context: FieldContext): PlatformSettings | undefined {
  const type = knownType(replacement ?? "ready", undefined, context);
  if (type === undefined) return undefined;
  return {
    type,
    position: undefined,
    adminUsername: undefined,
    adminPassword: undefined,
    adminPrivateKeyFile: undefined,
    keepEnvironment: "no",
    section: {},
  };
}

function knownType(type: string, at: LocatedValue | undefined, { problems }: FieldContext): KnownPlatform | undefined {
  const known = KNOWN_PLATFORMS.find((name) => name === type);
  if (known !== undefined || at?.kind === "broken") return known;
  const near = didYouMean(type, KNOWN_PLATFORMS);
  const why = PLATFORM_NAMES.some((name) => name === type)
    ? `The platform '${type}' is not supported by this version of assay.`
    : `There is no platform '${type}'.`;
  problems.error("T01", why, at, {
    help: `${near === undefined ? "" : `${near} `}Known platforms: ${KNOWN_PLATFORMS.join(", ")}.`,
  });
  return undefined;
}

const given = (value: string | undefined): string | undefined => (value === "" ? undefined : value);

/** The platform's own section and its section in `requirement`, which is nearer to the machine and wins. */
function readSection(
  type: KnownPlatform,
  entry: MappingValue,
  requirement: { readonly core_count?: readonly CountRange[]; readonly memory_mb?: readonly CountRange[] },
  context: FieldContext,
): Readonly<Record<string, PlainValue>> {
  const merged: Record<string, PlainValue> = {};
  if (type === "qemu") {
    // A range asks for at least its smallest value; the section's own key is more exact and comes after.
    if (requirement.core_count?.[0] !== undefined) merged.cores = requirement.core_count[0].minimum;
    if (requirement.memory_mb?.[0] !== undefined) merged.memory_mb = requirement.memory_mb[0].minimum;
  }
  const inRequirement = childOf(entry, "requirement");
  const sources = [
    { value: childOf(entry, type), path: `platform.${type}` },
    {
      value: inRequirement?.kind === "mapping" ? childOf(inRequirement, type) : undefined,
      path: `platform.requirement.${type}`,
    },
  ];
  for (const { value, path } of sources) {
    if (value === undefined) continue;
    const read = checkFields(PLATFORM_KEYS[type], value, path, context);
    for (const [key, held] of Object.entries(read ?? {})) {
      if (value.kind === "mapping" && held !== undefined) merged[key] = toPlain(childOf(value, key) ?? value);
    }
  }
  return merged;
}

/** Booleans and their texts are accepted for `no` and `always`, quoted or not. */
function keepEnvironment(): Field<"no" | "always" | "failed"> {
  const words = new Map<string, "no" | "always" | "failed">([
    ["no", "no"],
    ["false", "no"],
    ["always", "always"],
    ["yes", "always"],
    ["true", "always"],
    ["failed", "failed"],
  ]);
  return {
    expects: "'no', 'always' or 'failed'",
    schema: () => ({ enum: ["no", "always", "failed", false, true, "yes", "true", "false"] }),
    about: "whether machines stay after the run",
    read(value, path, { problems }) {
      const found = value.kind === "scalar" ? words.get(String(value.value).toLowerCase()) : undefined;
      if (found === undefined && value.kind !== "broken") {
        problems.error("S14", `'${path}' must be 'no', 'always' or 'failed', found ${describeValue(value)}.`, value);
      }
      return found;
    },
  };
}
