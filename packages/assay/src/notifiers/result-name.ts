import { resultInstance } from "../events/result-instance.ts";
import type { ResultIdentity } from "../events/types.ts";
import { printableLine } from "./printable.ts";

/** `Suite.case`, with what tells the result from others of its case. */
export const nameOf = (identity: ResultIdentity): string =>
  printableLine(`${identity.suite}.${identity.case}${resultInstance(identity)}`);
