import type { ResultIdentity } from "./types.ts";

/** What tells a result from others of its case: `[image=a]`, `#2` or both; empty for the only one. */
export function resultInstance({ resultId, suite, case: name }: ResultIdentity): string {
  const fullName = `${suite}.${name}`;
  return resultId.startsWith(fullName) ? resultId.slice(fullName.length) : "";
}
