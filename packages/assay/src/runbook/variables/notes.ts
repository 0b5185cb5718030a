import { OUTSIDE_FILES, placeText } from "../problems.ts";
import type { Diagnostic } from "../types.ts";
import type { LocatedValue } from "../value.ts";
import type { Definition } from "./definitions.ts";
import { addReferences } from "./dependencies.ts";
import { COMMAND_LINE } from "./overrides.ts";
import type { VariableTrace } from "./trace.ts";
import type { VariableSet } from "./variable-set.ts";

/** Variables that mean something to assay itself, whether or not the runbook refers to them. */
const BUILT_IN: ReadonlySet<string> = new Set(["enable_distro_pre_filtering", "cloudhypervisor_installer_ref"]);

/** Variables in which the image under test is looked for when cases are filtered by distribution. */
const IMAGE_NAMES: ReadonlySet<string> = new Set([
  "marketplace_image",
  "shared_gallery",
  "community_gallery_image",
  "vhd",
  "image",
]);

/**
 * What is right and still worth a look: variables that are never used (R01), a text that is read as a list (V09), and
 * one variable under two spellings (V10). `named` are those that something names without `$(…)`, such as the inputs of
 * a transformer; all names in lower case.
 */
export function variableNotes(trace: VariableTrace, named: ReadonlySet<string>): readonly Diagnostic[] {
  const { variables } = trace;
  if (variables === undefined) return [];
  return [...unused(variables, trace, named), ...textsAsLists(variables), ...twoSpellings(variables)];
}

/** Values from the environment are not told, because it serves more than one runbook; those of combinators by themselves. */
function unused(variables: VariableSet, trace: VariableTrace, named: ReadonlySet<string>): readonly Diagnostic[] {
  const isFiltered = variables.lookup("enable_distro_pre_filtering") !== undefined;
  // Also in definitions that are not in force: a runbook is not to be told something else for each value of '-v'.
  const referred = new Set(named);
  for (const { value } of variables.definitions) addReferences(value, referred);
  return variables.names.flatMap((name) => {
    const key = name.toLowerCase();
    const isKnown = BUILT_IN.has(key) || (isFiltered && IMAGE_NAMES.has(key)) || variables.isCaseVisible(name);
    if (isKnown || referred.has(key) || trace.usesOf(name).length > 0) return [];
    const at = variables.definition(name)?.value;
    const giver = variables.sourcesOf(name)[0]?.giver;
    if (at === undefined && giver !== COMMAND_LINE) return [];
    const help =
      at === undefined ? `It comes from ${giver}; check its spelling.` : `Remove it, or refer to it with '$(${name})'.`;
    return [note("R01", `The variable '${name}' is never used.`, help, at, variables.isSecret(name))];
  });
}

/** A text in place of a list is easily meant as one item. */
function textsAsLists(variables: VariableSet): readonly Diagnostic[] {
  return variables.names.flatMap((name) => {
    const given = variables.sourcesOf(name)[0]?.value;
    const value = variables.lookup(name);
    if (value?.kind !== "list" || given?.kind !== "scalar" || given.source.includes("$(")) return [];
    const items = value.items.length === 1 ? "1 item" : `${value.items.length} items`;
    const message = `The text for the variable '${name}', which holds a list, is read as a list of ${items}.`;
    const help = "Items are separated by commas; '[a, b]' is a list too.";
    return [note("V09", message, help, given, variables.isSecret(name))];
  });
}

/** In one file a repeated name is told as a dead definition; across files it is how one value overrides another. */
function twoSpellings(variables: VariableSet): readonly Diagnostic[] {
  const first = new Map<string, Definition>();
  return variables.definitions.flatMap((definition) => {
    const { name, value } = definition;
    const other = first.get(name.toLowerCase());
    if (other === undefined) first.set(name.toLowerCase(), definition);
    if (other === undefined || other.name === name || other.value.position.file === value.position.file) return [];
    const message = `The variable '${name}' is the same as '${other.name}' at ${placeText(other.value.position)}.`;
    return [note("V10", message, "Names ignore case; spell it in one way.", value, variables.isSecret(name))];
  });
}

function note(
  code: string,
  message: string,
  help: string,
  at: LocatedValue | undefined,
  isSecret: boolean,
): Diagnostic {
  const position = at === undefined || at.position === OUTSIDE_FILES ? undefined : at.position;
  const trail = at?.trail === undefined ? {} : { trail: at.trail };
  return { severity: "info", code, message, position, help, ...trail, ...(isSecret && { isSecret }) };
}
