import { OUTSIDE_FILES, type Problems } from "../problems.ts";
import { type LocatedValue, textValue } from "../value.ts";

/** A value from outside the runbook; it stays literal, `$(x)` in it is not looked at. */
export interface Override {
  /** As spelled where it was given. */
  readonly name: string;
  /** Broken when it is not known before the run. */
  readonly value: LocatedValue;
  readonly isSecret: boolean;
  readonly isCaseVisible: boolean;
  /** Who gave it, such as `-v on the command line`. */
  readonly source: string;
  /** The value of lower rank whose place it takes. */
  readonly replaces?: Override | undefined;
}

/** Giver of the values of `-v`. */
export const COMMAND_LINE = "-v on the command line";

const ENVIRONMENT_NAME = /^(?:(S_|CV_|SCV_)?(?:LISA|ASSAY)_)(.+)$/;

/** Variables of assay itself, which are no variables of a runbook. */
const RESERVED: ReadonlySet<string> = new Set(["ASSAY_CACHE", "ASSAY_DEBIAN_MIRROR", "ASSAY_HOST_LIMIT"]);

/**
 * Values by lower-cased name. Ranks: `-v name:value` (the last one wins) over environment variables `LISA_name`,
 * `S_LISA_name` (secret), `CV_LISA_name` (case visible) and the same with `ASSAY_`; `SCV_` is both.
 */
export function collectOverrides(
  variables: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  problems: Problems,
): ReadonlyMap<string, Override> {
  const overrides = new Map<string, Override>();
  for (const [key, text] of Object.entries(environment).sort(([left], [right]) => (left < right ? -1 : 1))) {
    const named = nameInEnvironment(key);
    if (text === undefined || named === undefined) continue;
    add(overrides, named.name, text, named.isSecret, named.isCaseVisible, `environment variable ${key}`);
  }
  for (const [index, argument] of variables.entries()) {
    const given = splitArgument(argument);
    if (given === undefined) {
      problems.error("V06", `Argument ${index + 1} of -v is no variable: it must be 'name:value'.`, undefined, {
        help: "Write -v name:value, or -v s:name:value for a secret.",
      });
      continue;
    }
    add(overrides, given.name, given.text, given.isSecret, false, COMMAND_LINE);
  }
  return overrides;
}

/** The variable that an environment variable sets; undefined when it sets none. */
export function nameInEnvironment(
  key: string,
): { readonly name: string; readonly isSecret: boolean; readonly isCaseVisible: boolean } | undefined {
  const [, prefix = "", name] = ENVIRONMENT_NAME.exec(key) ?? [];
  if (name === undefined || RESERVED.has(key)) return undefined;
  return { name, isSecret: prefix.startsWith("S"), isCaseVisible: prefix.includes("CV") };
}

/** The parts of an argument of -v; undefined when it is none. */
export function splitArgument(
  argument: string,
): { readonly name: string; readonly text: string; readonly isSecret: boolean } | undefined {
  const secret = /^[sS]:(?=[^:]*:)/.exec(argument)?.[0] ?? "";
  const rest = argument.slice(secret.length);
  const colon = rest.indexOf(":");
  if (colon <= 0) return undefined;
  return { name: rest.slice(0, colon), text: rest.slice(colon + 1), isSecret: secret !== "" };
}

function add(
  overrides: Map<string, Override>,
  name: string,
  text: string,
  isSecret: boolean,
  isCaseVisible: boolean,
  source: string,
): void {
  const trail = [`variable '${name}' set by ${source}`];
  const value = textValue(text, OUTSIDE_FILES, { isSecret, trail });
  const replaces = overrides.get(name.toLowerCase());
  overrides.set(name.toLowerCase(), { name, value, isSecret, isCaseVisible, source, replaces });
}
