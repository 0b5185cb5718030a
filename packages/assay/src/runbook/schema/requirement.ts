import type { NamedNodeSpace, NodeSettings } from "../environment-types.ts";
import { MOST_NODES, type NodeSpace, smallestCount } from "../requirement.ts";
import type { Position } from "../types.ts";
import { childOf, type MappingValue } from "../value.ts";
import { countSpace } from "./count-space.ts";
import { disk, given, networkInterface } from "./disk.ts";
import { features } from "./feature.ts";
import { checkFields, type Field, type FieldContext, type Fields, fields, sectionSchema, wrongType } from "./field.ts";
import { anything, choice, flag, section, standing, text } from "./kinds.ts";
import { PLATFORM_NAMES, PLATFORM_SECTIONS, type PlatformName } from "./platform/platforms.ts";

const spaces = {
  node_count: standing(countSpace("number of such machines"), 1),
  core_count: standing(countSpace("processors"), { min: 1 }),
  memory_mb: standing(countSpace("memory in MiB"), { min: 512 }),
  gpu_count: standing(countSpace("graphics processors"), { min: 0 }),
  disk: disk("disks"),
  network_interface: networkInterface("network interfaces"),
  features: features("features it must have"),
  excluded_features: features("features it must not have"),
};

/** Sections that are not of the platform in use are checked, and used by nobody. */
function machineSection(name: PlatformName): Field<object> {
  const held = section(PLATFORM_SECTIONS[name].machine, `what only the platform '${name}' understands`);
  return {
    ...held,
    read: (value, path, context) =>
      held.read(value, path, context.platform === name ? context : { ...context, isUnused: true }),
  };
}

const table = {
  type: standing(choice(["requirement"], "kind of the node"), "requirement"),
  name: text("name of the node"),
  is_default: standing(flag("the node cases get first"), false),
  ...spaces,
};

const everyKey: typeof table = {
  ...table,
  ...Object.fromEntries(PLATFORM_NAMES.map((name) => [name, machineSection(name)])),
};

const LENIENT = { isLenientUpstream: true } as const;

/** What a machine must have, or, as a capability, has. */
export const requirementFields = fields(everyKey, { ...LENIENT, title: "requirement" });

const ofNodes = {
  ...everyKey,
  enabled: standing(flag("false leaves the node out"), true),
  capability: anything("means nothing here: the machine is not there yet"),
};

/** A requirement that stands among the nodes of an environment. */
export const requirementNodeFields: Fields<typeof table> = fields<typeof table>(ofNodes, LENIENT);

export function requirement(about: string): Field<NamedNodeSpace> {
  return {
    expects: "a mapping",
    about,
    schema: () => sectionSchema(requirementFields),
    read(value, path, context) {
      if (value.kind === "mapping") return readRequirement(value, path, context);
      wrongType(value, path, "a mapping", context);
      return undefined;
    },
  };
}

/** Reads the keys of a requirement; extensions' platforms may have a section in it too. */
export function readRequirement(
  value: MappingValue,
  path: string,
  context: FieldContext,
  section: Fields<typeof table> = requirementFields,
): NamedNodeSpace | undefined {
  const added = Object.keys(context.kinds?.platform ?? {});
  const more = Object.fromEntries(
    added.map((name) => [name, anything(`what only the platform '${name}' understands`)]),
  );
  const keys = added.length === 0 ? section : { ...section, table: { ...more, ...section.table } };
  const read = checkFields(keys, value, path, context);
  if (read === undefined) return undefined;
  if (read.node_count !== undefined && smallestCount(read.node_count) > MOST_NODES) {
    const message = `'${path}.node_count' asks for ${smallestCount(read.node_count)} machines, at most ${MOST_NODES} belong together.`;
    context.problems.error("S04", message, childOf(value, "node_count"));
  }
  const { name, is_default: isDefault, features: wanted, excluded_features: unwanted } = read;
  const ofPlatforms = Object.entries(read).filter(([key]) => isPlatform(key) || added.includes(key));
  return {
    ...given("name", name),
    ...given("isDefault", isDefault),
    ...given("nodeCount", read.node_count),
    ...given("coreCount", read.core_count),
    ...given("memoryMb", read.memory_mb),
    ...given("gpuCount", read.gpu_count),
    ...given("disk", joined(wanted?.disk, read.disk)),
    ...given("networkInterface", joined(wanted?.networkInterface, read.network_interface)),
    ...given("features", wanted?.features),
    ...given("excludedFeatures", unwanted?.features),
    ...(ofPlatforms.length === 0
      ? {}
      : { platformSections: Object.fromEntries(ofPlatforms) as NonNullable<NodeSpace["platformSections"]> }),
  };
}

const isPlatform = (key: string): boolean => PLATFORM_NAMES.some((name) => name === key);

/** What the key itself asks stands above what the feature of the same meaning asks. */
function joined<T extends object>(ofFeature: T | undefined, own: T | undefined): T | undefined {
  return ofFeature === undefined || own === undefined ? (own ?? ofFeature) : { ...ofFeature, ...own };
}

/** One node for each machine of the smallest number that is asked for. */
export function wantedNodes(
  { name = "", isDefault = false, nodeCount, ...space }: NamedNodeSpace,
  position: Position,
): readonly NodeSettings[] {
  const count = nodeCount === undefined ? 1 : Math.min(smallestCount(nodeCount), MOST_NODES);
  return Array.from({ length: count }, (_, index) => ({
    type: "requirement",
    position,
    name,
    isDefault: isDefault && index === 0,
    requirement: space,
  }));
}
