import { OUTSIDE_FILES } from "../problems.ts";
import type { Diagnostic } from "../types.ts";
import { addReferences } from "./dependencies.ts";
import type { VariableTrace } from "./trace.ts";

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
 * R01: variables that are defined and never used. `named` are those that something names without `$(…)`, such as the
 * inputs of a transformer. Values from the environment are not told, because it serves more than one runbook.
 */
export function unusedVariables(trace: VariableTrace, named: ReadonlySet<string>): readonly Diagnostic[] {
  const { variables } = trace;
  if (variables === undefined) return [];
  const isFiltered = variables.lookup("enable_distro_pre_filtering") !== undefined;
  // Also in definitions that are not in force: a runbook is not to be told something else for each value of '-v'.
  const referred = new Set(named);
  for (const name of variables.names) for (const { value } of variables.sourcesOf(name)) addReferences(value, referred);
  return variables.names.flatMap((name): readonly Diagnostic[] => {
    const key = name.toLowerCase();
    const isKnown = BUILT_IN.has(key) || (isFiltered && IMAGE_NAMES.has(key)) || variables.isCaseVisible(name);
    if (isKnown || referred.has(key) || trace.usesOf(name).length > 0) return [];
    const [source] = variables.sourcesOf(name);
    const definition = variables.definition(name)?.value;
    if (source === undefined || (definition === undefined && source.giver?.startsWith("environment") === true))
      return [];
    const { position } = definition ?? source.value;
    return [
      {
        severity: "info",
        code: "R01",
        message: `The variable '${name}' is never used.`,
        position: position === OUTSIDE_FILES ? undefined : position,
        help:
          definition === undefined
            ? `It comes from ${source.giver}; check its spelling.`
            : `Remove it, or refer to it with '$(${name})'.`,
      },
    ];
  });
}
