import { Problems } from "./problems.ts";
import { combinedNames } from "./schema/combinator.ts";
import { TRANSFORMER_TYPES } from "./schema/transformer/outputs.ts";
import { declaredOutputs, isSecretOutput } from "./schema/transformer.ts";
import { childOf, type LocatedValue, listValue, type MappingValue } from "./value.ts";
import { unknownOverride } from "./variables/assigned.ts";
import { addReferences } from "./variables/dependencies.ts";
import type { Override } from "./variables/overrides.ts";
import type { VariableSet } from "./variables/variable-set.ts";

interface Known {
  /** Values from the command line and the environment. */
  readonly outside: ReadonlyMap<string, Override>;
  /** Names, lower case, of variables that have got their values. */
  readonly assignedNames: ReadonlySet<string>;
}

/** Outputs of these phases are there before the cases are chosen, so they take the place of what the runbook defines. */
const EARLY_PHASES: ReadonlySet<string> = new Set(["init", "expanded"]);

/**
 * Variables that transformers and combinators will set, as overrides by lower-cased name. They may be used as if they
 * were defined, and nothing is known of their values. A definition of such a variable is a placeholder: it counts only
 * until a combinator gives a value, or for outputs that come after the cases were chosen.
 */
export function unknownNames(
  root: MappingValue,
  variablesWith: (overrides: ReadonlyMap<string, Override>) => VariableSet,
  { outside, assignedNames }: Known,
): ReadonlyMap<string, Override> {
  const transformers = childOf(root, "transformer");
  const combinator = childOf(root, "combinator");
  const unknown = new Map<string, Override>();
  if (transformers === undefined && combinator === undefined) return unknown;
  const placeholders = variablesWith(outside);
  const isFree = (name: string): boolean => !assignedNames.has(name.toLowerCase());
  const isDefined = (name: string): boolean =>
    outside.has(name.toLowerCase()) || placeholders.definition(name) !== undefined;
  for (const entry of transformers?.kind === "list" ? transformers.items : []) {
    if (entry.kind !== "mapping") continue;
    const isEarly = runsEarly(entry, placeholders);
    for (const { name, isSecret, transformer } of declaredOutputs(listValue([entry], entry.position))) {
      if (isFree(name) && (isEarly || !isDefined(name)))
        unknown.set(name.toLowerCase(), unknownOverride(name, isSecret, `transformer '${transformer}'`));
    }
  }
  for (const name of outputsOfExtensions(transformers, root, placeholders)) {
    if (isFree(name) && !isDefined(name))
      unknown.set(name, unknownOverride(name, isSecretOutput(name), "a transformer of an extension"));
  }
  for (const { name } of combinedNames(combinator)) {
    // Also one that has got its value: not every item of a batch gives it one.
    if (!isDefined(name)) unknown.set(name.toLowerCase(), unknownOverride(name, false, "the combinator"));
  }
  return unknown;
}

/**
 * Names, lower case, that transformers of extensions may set. What they set is not known before the extension is loaded,
 * so every name that is used and begins with such a transformer's prefix counts.
 */
function outputsOfExtensions(
  transformers: LocatedValue | undefined,
  root: MappingValue,
  { definitions }: VariableSet,
): ReadonlySet<string> {
  const found = new Set<string>();
  const prefixes = new Set<string>();
  for (const entry of transformers?.kind === "list" ? transformers.items : []) {
    if (entry.kind !== "mapping") continue;
    const [type, name, prefix] = ["type", "name", "prefix"].map((key) => {
      const value = childOf(entry, key);
      return value?.kind === "scalar" ? value.source.toLowerCase() : "";
    });
    if (type === undefined || type === "" || Object.hasOwn(TRANSFORMER_TYPES, type)) continue;
    prefixes.add(prefix || name || type);
    const rename = childOf(entry, "rename");
    for (const { value } of rename?.kind === "mapping" ? rename.entries : []) {
      if (value.kind === "scalar") found.add(value.source.toLowerCase());
    }
  }
  if (prefixes.size === 0) return found;
  const used = new Set<string>();
  for (const value of [root, ...definitions.map((definition) => definition.value)]) addReferences(value, used);
  for (const name of used) if (startsWithAny(name, prefixes)) found.add(name);
  return found;
}

/** True when `name` is one of the prefixes, an underscore and more. */
function startsWithAny(name: string, prefixes: ReadonlySet<string>): boolean {
  for (let end = name.indexOf("_"); end !== -1; end = name.indexOf("_", end + 1)) {
    if (prefixes.has(name.slice(0, end))) return true;
  }
  return false;
}

function runsEarly(entry: MappingValue, variables: VariableSet): boolean {
  const heldBy = (key: string): LocatedValue | undefined => {
    const value = childOf(entry, key);
    return value === undefined ? undefined : variables.substitute(value, "V01", new Problems());
  };
  const enabled = heldBy("enabled");
  const phase = heldBy("phase");
  const isEnabled =
    enabled?.kind !== "scalar" || (enabled.value !== false && !/^(?:f|false|off|n|no|0)$/i.test(enabled.source));
  return isEnabled && (phase?.kind !== "scalar" || EARLY_PHASES.has(phase.source));
}
