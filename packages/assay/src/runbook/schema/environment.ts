import type { EnvironmentSection, EnvironmentSettings, NodeSettings } from "../environment-types.ts";
import type { Position } from "../types.ts";
import { childOf, type LocatedValue, type MappingValue } from "../value.ts";
import { checkFields, type FieldContext, fields, isDisabled, sectionSchema, withDefault } from "./field.ts";
import { choice, flag, integer, list, located, standing, text } from "./kinds.ts";
import { type Account, readNode } from "./node.ts";
import { NODES } from "./node-kinds.ts";
import { requirement, requirementFields, wantedNodes } from "./requirement.ts";
import { variantSchema } from "./variant.ts";

export const environmentItemFields = fields(
  {
    name: text("name of the environment; 'customized_' and its number when absent"),
    topology: standing(choice(["subnet"], "how the nodes are joined"), "subnet"),
    nodes: withDefault(
      list(
        located("a node", () => variantSchema(NODES)),
        "its nodes",
      ),
      [],
      [],
    ),
    nodes_requirement: withDefault(
      list(
        located("a machine", () => sectionSchema(requirementFields)),
        "machines to make for it",
      ),
      [],
      [],
    ),
    enabled: withDefault(flag("false leaves the environment out"), true),
  },
  { title: "environment_entry" },
);

export const environmentFields = fields(
  {
    warn_as_error: withDefault(flag("warnings of the platform are errors"), false),
    retry: withDefault(integer("further attempts to make an environment", { minimum: 0 }), 0),
    environments: withDefault(
      list(
        located("an environment", () => sectionSchema(environmentItemFields)),
        "environments that are there before the run; without one they are made as the cases need them",
      ),
      [],
      [],
    ),
  },
  { title: "environment" },
);

/** Reads `environment:` into the enabled environments with their enabled nodes. */
export function readEnvironment(
  value: LocatedValue | undefined,
  account: Account,
  context: FieldContext,
): EnvironmentSection | undefined {
  const read = value === undefined ? undefined : checkFields(environmentFields, value, "environment", context);
  if (read === undefined) return undefined;
  const names = new Map<string, Position>();
  const environments = read.environments.flatMap((item, index) => {
    const path = `environment.environments[${index}]`;
    const environment = readItem(item, path, index, account, context);
    if (environment === undefined || item.kind !== "mapping") return [];
    const earlier = names.get(environment.name);
    if (earlier !== undefined) {
      const message = `Two environments have this name; the other is at line ${earlier.line}.`;
      context.problems.error("S19", message, childOf(item, "name") ?? item);
    }
    names.set(environment.name, (childOf(item, "name") ?? item).position);
    return [environment];
  });
  return { warnAsError: read.warn_as_error, retry: read.retry, environments };
}

function readItem(
  item: LocatedValue,
  path: string,
  index: number,
  account: Account,
  context: FieldContext,
): EnvironmentSettings | undefined {
  const read = checkFields(environmentItemFields, item, path, context);
  if (read === undefined || item.kind !== "mapping") return undefined;
  const listed = read.nodes.flatMap((node, at) => readNode(node, `${path}.nodes[${at}]`, account, context));
  const wanted = read.nodes_requirement.flatMap((node, at) =>
    readWanted(node, `${path}.nodes_requirement[${at}]`, context),
  );
  if (!read.enabled) return undefined;
  const nodes = [...listed, ...wanted];
  checkNodes(item, nodes, path, context);
  return nodes.length === 0 ? undefined : { position: item.position, name: read.name ?? `customized_${index}`, nodes };
}

function readWanted(value: LocatedValue, path: string, context: FieldContext): readonly NodeSettings[] {
  const read = requirement("a machine").read(value, path, context);
  return read === undefined ? [] : wantedNodes(read, value.position);
}

function checkNodes(
  item: MappingValue,
  nodes: readonly NodeSettings[],
  path: string,
  { problems }: FieldContext,
): void {
  const defaults = nodes.filter(({ isDefault }) => isDefault);
  if (defaults[1] !== undefined) {
    problems.error("S12", `'${path}' has more than one default node.`, defaults[1].position, {
      help: "Keep one 'is_default: true'.",
    });
  }
  const isGiven = ["nodes", "nodes_requirement"].some((key) => {
    const held = childOf(item, key);
    return held?.kind === "broken" || (held?.kind === "list" && held.items.some((node) => !isDisabled(node)));
  });
  if (!isGiven)
    problems.error("S11", `'${path}' has no nodes.`, item, { help: "Give it 'nodes', or 'enabled: false'." });
}
