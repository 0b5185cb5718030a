import type { NodeSpace } from "../../runbook/requirement.ts";

type Sections = NodeSpace["platformSections"];
type Mapping = Readonly<Record<string, unknown>>;

/** Both sections key by key; where both give a value that is no mapping, `winner`'s is taken. */
export function mergeSections(own: Sections, winner: Sections): Sections {
  if (own === undefined || winner === undefined) return winner ?? own;
  const names = new Set([...Object.keys(own), ...Object.keys(winner)]);
  return Object.fromEntries([...names].map((name) => [name, mergeMappings(own[name] ?? {}, winner[name] ?? {})]));
}

function mergeMappings(own: Mapping, winner: Mapping): Mapping {
  const merged = new Map<string, unknown>(Object.entries(own));
  for (const [key, value] of Object.entries(winner)) {
    const before = merged.get(key);
    merged.set(key, isMapping(before) && isMapping(value) ? mergeMappings(before, value) : value);
  }
  // Own properties whatever the keys are called.
  return Object.fromEntries(merged);
}

const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);
