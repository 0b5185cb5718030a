import type { Stored } from "../format.ts";
import type { CallIdentity } from "./call-text.ts";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** Calls with the same key are the same call; those with the same loose key differ at most in UUIDs, which code makes up. */
export function identityKeys(call: CallIdentity): { readonly exact: string; readonly loose: string } {
  const exact = JSON.stringify([call.node, call.via, call.method, canonical(call.request)]);
  return { exact, loose: exact.replaceAll(UUID, "<uuid>") };
}

/** The UUIDs of a call in the order in which they stand in it. */
export function uuidsOf(call: CallIdentity): readonly string[] {
  return JSON.stringify(canonical(call.request)).match(UUID) ?? [];
}

/** The order of keys says nothing; and whether a masked secret was quoted depends on what it was. */
function canonical(value: Stored | undefined): Stored {
  if (typeof value === "string") return value.replaceAll("'******'", "******");
  if (value === null || value === undefined || typeof value !== "object") return value ?? null;
  if (Array.isArray(value)) return value.map(canonical);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, canonical(item)]));
}
