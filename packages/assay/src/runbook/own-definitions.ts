import { dirname, isAbsolute, join } from "node:path";
import { earlyValue, type Reading, readSource, spend } from "./reading.ts";
import { childOf, type MappingValue } from "./value.ts";
import { type Definition, type DefinitionFile, readDefinitions, readVariableFile } from "./variables/definitions.ts";

/** The file's own `variable` list with the values of the variable files it names, in their place. */
export async function readOwnDefinitions(
  root: MappingValue,
  file: string,
  outer: readonly Definition[],
  state: Reading,
): Promise<readonly Definition[]> {
  const list = childOf(root, "variable");
  if (list?.kind === "list" && !spend(list.items.length, list, state)) return [];
  const listed = readDefinitions(list, state);
  const known = [...listed.filter((entry): entry is Definition => "name" in entry), ...outer];
  const definitions: Definition[] = [];
  for (const entry of listed) {
    if ("name" in entry) definitions.push(entry);
    else for (const held of await readVariables(entry, file, known, state)) definitions.push(held);
  }
  return definitions;
}

async function readVariables(
  entry: DefinitionFile,
  file: string,
  known: readonly Definition[],
  state: Reading,
): Promise<readonly Definition[]> {
  const path = earlyValue(entry.path, known, state);
  if (path.kind !== "scalar") return [];
  if (!/\.ya?ml$/.test(path.source)) {
    state.problems.error("V05", `The variable file '${path.source}' is no .yml file.`, path);
    return [];
  }
  const target = isAbsolute(path.source) ? path.source : join(dirname(file), path.source);
  const text = await readSource(target, path, "V05", state);
  if (text === undefined) return [];
  state.problems.noteInclude(target, path.position);
  const root = state.parse(target, text, state.problems);
  if (root?.kind === "mapping" && !spend(root.entries.length, path, state)) return [];
  return root === undefined ? [] : readVariableFile(root, entry.isSecret, state);
}
