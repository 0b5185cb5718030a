import { UsageError } from "../../errors/catalogue.ts";

/**
 * What all environments of a run together may take of this host. `auto`: what is free. `off`: the host is not looked
 * at.
 */
export type HostLimit = "auto" | "off" | { readonly memoryMb: number; readonly cpus: number };

const UNITS: Readonly<Record<string, number>> = { "": 1, m: 1, mb: 1, mib: 1, g: 1024, gb: 1024, gib: 1024 };

/**
 * Reads `auto`, `off` or `MEMORY,CPUS` such as `8G,4`; memory without a unit is in MiB. Throws UsageError for anything
 * else; `source` names where it was given.
 */
export function parseHostLimit(text: string, source: string): HostLimit {
  const given = text.trim().toLowerCase();
  if (given === "auto" || given === "off") return given;
  const [, amount = "", unit = "", cpus = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)\s*,\s*(\d+(?:\.\d+)?)$/.exec(given) ?? [];
  const factor = UNITS[unit];
  const limit = { memoryMb: Math.floor(Number(amount) * (factor ?? Number.NaN)), cpus: Number(cpus) };
  if (limit.memoryMb > 0 && limit.cpus > 0) return limit;
  throw new UsageError(`${source} is '${text}', which is no limit.`, {
    help: "Give memory and processors, such as '8G,4', or 'off', or 'auto'.",
  });
}

/** The text that `parseHostLimit` reads as this limit. */
export const hostLimitText = (limit: HostLimit): string =>
  typeof limit === "string" ? limit : `${limit.memoryMb},${limit.cpus}`;
