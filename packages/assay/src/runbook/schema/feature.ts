import { didYouMean } from "../nearest.ts";
import type { CountSpace, DiskSpace, FeatureSpace, NetworkInterfaceSpace, SetSpace } from "../requirement.ts";
import { childOf, describeValue, type LocatedValue } from "../value.ts";
import { countSpace } from "./count-space.ts";
import { type DiskRead, diskFields, diskOf, type NetworkRead, networkFields, networkOf } from "./disk.ts";
import {
  checkFields,
  type Field,
  type FieldContext,
  type Fields,
  type FieldsRead,
  type FieldTable,
  fields,
  sectionSchema,
  wrongType,
} from "./field.ts";
import { either, type JsonSchema, orReference } from "./json-schema.ts";
import { flag, list, located, mapped, text } from "./kinds.ts";
import { integerSet, setSpace } from "./set-space.ts";

/** No machine has more NVMe disks; what is without limit ends here. */
const MOST_NVME_DISKS = 64;

/** A setting is a set of values, the preferred first. */
function eachNumber(space: CountSpace): SetSpace<number> {
  const numbers = space.flatMap(({ minimum, maximum }) =>
    Array.from(
      { length: Math.max(1, Math.min(maximum, MOST_NVME_DISKS) - minimum + 1) },
      (_, index) => minimum + index,
    ),
  );
  const sorted = [...new Set(numbers)].toSorted((one, other) => one - other);
  return space.some(({ choosesLargest }) => choosesLargest === true) ? sorted.toReversed() : sorted;
}

const isEnabled = { is_enabled: setSpace([false, true], "whether it is there") };

/** Settings of the features that have some. */
const SETTINGS = {
  Gpu: isEnabled,
  Hibernation: isEnabled,
  Nvme: { disk_count: mapped(countSpace("number of NVMe disks"), eachNumber) },
  Security_Profile: {
    security_profile: setSpace(["none", "secureboot", "cvm", "stateless"], "how the machine is protected"),
    encrypt_disk: setSpace([false, true], "whether the system disk is encrypted"),
    tpm: setSpace([false, true], "whether the machine has a TPM 2.0"),
  },
  Availability: {
    availability_type: setSpace(
      ["default", "none", "availability_set", "availability_zone"],
      "how machines are kept apart",
    ),
    availability_zones: integerSet("zones"),
  },
  Virtualization: {
    host_type: setSpace(["BareMetal", "HyperV", "QEMU", "CloudHypervisor"], "what carries the machine"),
  },
  HyperVGeneration: { gen: setSpace([1, 2], "generation of the machine") },
  Architecture: { arch: setSpace(["x64", "Arm64"], "processor architecture") },
} as const;

const WITHOUT_SETTINGS = [
  "ACC",
  "AzureExtension",
  "AzureFileShare",
  "CVM_NESTED_VIRTUALIZATION",
  "IaaS",
  "Infiniband",
  "isolated_resource",
  "NESTED_VIRTUALIZATION",
  "Nfs",
  "PasswordExtension",
  "Resize",
  "SerialConsole",
  "StartStop",
] as const;

/** Those that only assay gives. */
const OWN = [
  "FaultInjection",
  "MemoryPressure",
  "Panic",
  "PrivateNetwork",
  "Screenshot",
  "Snapshot",
  "TimeJump",
  "Watchdog",
] as const;

const LENIENT = { isLenientUpstream: true } as const;
const type = text("name of the feature");

/** Keys of each feature written as a mapping. */
const FEATURES: ReadonlyMap<string, Fields<FieldTable>> = new Map([
  ...[...WITHOUT_SETTINGS, ...OWN].map((name) => [name, fields<FieldTable>({ type }, LENIENT)] as const),
  ...Object.entries({ ...SETTINGS, Disk: diskFields.table, NetworkInterface: networkFields.table }).map(
    ([name, table]) => [name, fields<FieldTable>({ type, ...table }, LENIENT)] as const,
  ),
]);

export const FEATURE_NAMES: readonly string[] = [...FEATURES.keys()];

/** Features as asked for; the features `Disk` and `NetworkInterface` ask what `disk` and `network_interface` ask. */
export interface FeaturesRead {
  readonly features: readonly FeatureSpace[];
  readonly disk?: DiskSpace;
  readonly networkInterface?: NetworkInterfaceSpace;
}

const EXPECTS = "a list of feature names, or of mappings with 'type' and settings";

/** A name, a mapping with `type`, a list of them, or LISA's `{is_allow_set, items}`, whose first key means nothing. */
export function features(about: string): Field<FeaturesRead> {
  return {
    expects: EXPECTS,
    about,
    schema: featuresSchema,
    read(value, path, context) {
      const items = itemsOf(value, path, context);
      if (items === undefined) return undefined;
      const read = items.flatMap(([item, at]) => readFeature(item, at, context) ?? []);
      return {
        features: read.flatMap(({ features: named }) => named),
        ...Object.assign({}, ...read.map(({ features: _, ...spaces }) => spaces)),
      };
    },
  };
}

const setFields = fields(
  {
    is_allow_set: flag("means nothing here: 'features' are wanted, 'excluded_features' are not"),
    items: list(located("a feature", oneSchema), "the features", { acceptsOne: true }),
  },
  LENIENT,
);

function itemsOf(
  value: LocatedValue,
  path: string,
  context: FieldContext,
): readonly (readonly [LocatedValue, string])[] | undefined {
  if (value.kind === "broken") return undefined;
  const isSet = value.kind === "mapping" && childOf(value, "type") === undefined;
  const held = isSet ? checkFields(setFields, value, path, context)?.items : undefined;
  if (isSet) return (held ?? []).map((item, index) => [item, `${path}.items[${index}]`] as const);
  if (value.kind === "list") return value.items.map((item, index) => [item, `${path}[${index}]`] as const);
  return [[value, path]];
}

function readFeature(value: LocatedValue, path: string, context: FieldContext): FeaturesRead | undefined {
  const name = value.kind === "mapping" ? childOf(value, "type") : value;
  if (value.kind === "broken" || name?.kind === "broken") return undefined;
  if (name?.kind !== "scalar" || name.type !== "string") {
    wrongType(name ?? value, path, EXPECTS, context, "S09");
    return undefined;
  }
  const keys = FEATURES.get(name.source);
  if (keys === undefined) {
    reportUnknown(name, path, context);
    return undefined;
  }
  const read = value.kind === "mapping" ? checkFields(keys, value, path, context) : undefined;
  return featureOf(name.source, read ?? {});
}

function featureOf(name: string, { type: _, ...read }: FieldsRead<FieldTable>): FeaturesRead {
  const plain: FeatureSpace = { name, settings: {} };
  if (name === "Disk") return { features: [plain], disk: diskOf(read as DiskRead) };
  if (name === "NetworkInterface") return { features: [plain], networkInterface: networkOf(read as NetworkRead) };
  return { features: [{ name, settings: read as FeatureSpace["settings"] }] };
}

function reportUnknown(name: LocatedValue, path: string, { problems }: FieldContext): void {
  const source = name.kind === "scalar" ? name.source : "";
  problems.error("S09", `'${path}' names ${describeValue(name)}, which is no feature.`, name, {
    help: () => didYouMean(source, FEATURE_NAMES) ?? `Features: ${FEATURE_NAMES.join(", ")}.`,
  });
}

function oneSchema(): JsonSchema {
  const withSettings = [...FEATURES].flatMap(([name, section]) => {
    if (WITHOUT_SETTINGS.some((plain) => plain === name)) return [];
    const schema = sectionSchema(section);
    return [{ ...schema, properties: { ...schema.properties, type: { const: name } }, required: ["type"] }];
  });
  const plain: JsonSchema = {
    type: "object",
    properties: { type: { enum: WITHOUT_SETTINGS } },
    required: ["type"],
    additionalProperties: false,
  };
  return { title: "feature", ...either({ enum: FEATURE_NAMES }, plain, ...withSettings) };
}

function featuresSchema(): JsonSchema {
  const one = oneSchema();
  return either(one, { type: "array", items: orReference(one) }, sectionSchema(setFields));
}
