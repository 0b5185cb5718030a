import { UsageError } from "../../errors/catalogue.ts";
import type { RunInputs } from "../../events/types.ts";
import { nameInEnvironment, splitArgument } from "../../runbook/variables/overrides.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the run was asked to do, with the secrets that are given again; variables that are given now count over those of
 * then. Throws UsageError that names the secrets that are missing.
 */
export function restoreInputs(
  then: RunInputs,
  now: { readonly variables: readonly string[]; readonly environment: Environment },
): Pick<RunInputs, "cases" | "options" | "runbook" | "variables"> & { readonly environment: Environment } {
  const secrets = new Set(then.secrets);
  const given = new Set(now.variables.flatMap((argument) => splitArgument(argument)?.name.toLowerCase() ?? []));
  const environment: Record<string, string | undefined> = { ...then.environment };
  for (const [key, text] of Object.entries(now.environment)) {
    const name = nameInEnvironment(key)?.name.toLowerCase();
    if (name === undefined || !secrets.has(name)) continue;
    environment[key] = text;
    given.add(name);
  }
  const missing = then.secrets.filter((name) => !given.has(name));
  if (missing.length > 0) throw withoutSecrets(missing);
  const { cases, runbook, options } = then;
  return { cases, runbook, options, environment, variables: [...then.variables, ...now.variables] };
}

function withoutSecrets(missing: readonly string[]): UsageError {
  const names = missing.map((name) => `'${name}'`).join(", ");
  const again = missing.map((name) => `-v s:${name}:VALUE`).join(" ");
  return new UsageError(`The run was given secrets, which are never kept on disk, and these are missing: ${names}.`, {
    help: `Give them again: ${again}, or as environment variables such as S_LISA_${missing[0]}.`,
  });
}
