import type { PlainValue } from "../runbook/value.ts";
import type { LoadRunbookOptions } from "./runbook-file.ts";

/** Variables and secrets as the command line takes them. Throws TypeError for a name that no variable can have. */
export function variableArguments(
  variables: NonNullable<LoadRunbookOptions["variables"]>,
  secrets: NonNullable<LoadRunbookOptions["secrets"]>,
): readonly string[] {
  const given = isList(variables)
    ? variables
    : Object.entries(variables).map(([name, value]) => `${checked(name)}:${textOf(value)}`);
  return [...given, ...Object.entries(secrets).map(([name, value]) => `s:${checked(name)}:${value}`)];
}

const isList = (variables: NonNullable<LoadRunbookOptions["variables"]>): variables is readonly string[] =>
  Array.isArray(variables);

function checked(name: string): string {
  if (name !== "" && !name.includes(":")) return name;
  throw new TypeError(`'${name}' is no name of a variable: a name is not empty and has no colon.`);
}

/** Lists and maps are written as JSON, which is YAML too. */
const textOf = (value: PlainValue): string => (typeof value === "string" ? value : JSON.stringify(value));
