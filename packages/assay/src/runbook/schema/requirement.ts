import type { CountRange } from "../requirement.ts";
import type { LocatedValue } from "../value.ts";
import { checkFields, type Field, type FieldContext, fields, sectionSchema, wrongType } from "./field.ts";
import { either, type JsonSchema, orReference } from "./json-schema.ts";
import { anything, choice, flag, later, number, text } from "./kinds.ts";

const rangeFields = fields({
  min: number("smallest"),
  max: number("largest"),
  max_inclusive: flag("whether 'max' itself belongs to the range"),
  choose_max_value: flag("take the largest possible value"),
});

/** A number, a range or a list of them; any of the list will do. */
export function countSpace(about: string): Field<readonly CountRange[]> {
  const expects = "a whole number, a range '{min: 1, max: 4}' or a list of ranges";
  return {
    expects,
    about,
    schema: countSchema,
    read(value, path, context) {
      if (value.kind === "list") {
        return value.items.flatMap((item, index) => readRange(item, `${path}[${index}]`, expects, context) ?? []);
      }
      const range = readRange(value, path, expects, context);
      return range === undefined ? undefined : [range];
    },
  };
}

function countSchema(): JsonSchema {
  const one = [
    { type: "integer", minimum: 0 },
    { type: "string", pattern: "^[0-9]{1,9}$" },
    sectionSchema(rangeFields),
  ] as const;
  const item = orReference(either(...one));
  return either(...one, { type: "array", items: item });
}

function readRange(value: LocatedValue, path: string, expects: string, context: FieldContext): CountRange | undefined {
  if (value.kind === "scalar") {
    const isCount = typeof value.value === "number" || (value.type === "string" && /^\d{1,9}$/.test(value.source));
    if (isCount && Number.isInteger(Number(value.value))) {
      return { minimum: Number(value.value), maximum: Number(value.value) };
    }
  }
  if (value.kind !== "mapping") {
    wrongType(value, path, expects, context, "S06");
    return undefined;
  }
  const read = checkFields(rangeFields, value, path, context);
  if (read === undefined) return undefined;
  const minimum = read.min ?? 0;
  const limit = read.max ?? Number.POSITIVE_INFINITY;
  const maximum = read.max_inclusive === false ? limit - 1 : limit;
  if (minimum <= maximum) return { minimum, maximum };
  context.problems.error("S07", `The range of '${path}' is empty: from ${minimum} to ${maximum}.`, value, {
    help: "'min' must not be larger than 'max'.",
  });
  return undefined;
}

/** Platforms of the field; each may have a section in a requirement, which only that platform reads. */
export const PLATFORM_NAMES = [
  "ready",
  "local",
  "qemu",
  "cloud-hypervisor",
  "azure",
  "aws",
  "hyperv",
  "baremetal",
] as const;

const foreignSections = Object.fromEntries(
  PLATFORM_NAMES.map((name) => [name, anything(`section of the platform '${name}'`)]),
) as Record<(typeof PLATFORM_NAMES)[number], Field<unknown>>;

/** What a machine must have. `severity` is how bad it is to pass over the parts that are not carried out. */
function requirementTable(severity: "error" | "warning") {
  return {
    ...foreignSections,
    type: choice(["requirement"], "kind of the node"),
    name: text("name of the node"),
    is_default: flag("the node cases get first"),
    node_count: later("number of nodes", { severity, unless: [1] }),
    core_count: countSpace("processors"),
    memory_mb: countSpace("memory in MiB"),
    gpu_count: later("graphics processors", { severity, unless: [0] }),
    disk: later("disk requirements", { severity }),
    network_interface: later("network requirements", { severity }),
    features: later("required features", { severity }),
    excluded_features: later("unwanted features", { severity }),
  };
}

export const requirementFields = fields(requirementTable("error"));

/** What a given node claims to have: describes it and asks for nothing, so that passing it over only makes cases run. */
export const capabilityFields = fields({
  ...requirementTable("warning"),
  core_count: later("processors the node claims", { severity: "warning" }),
  memory_mb: later("memory the node claims", { severity: "warning" }),
});
