import type { Suite } from "../suite/suite.ts";
import type { ExtensionPart } from "./define.ts";

/** What the modules of an extension export that assay knows. */
export interface Parts {
  readonly suites: readonly Suite[];
  readonly others: readonly ExtensionPart[];
}

/** Each kind of part with the function that does its work. */
const WORK: Readonly<Record<ExtensionPart["part"], "make" | "run" | "create">> = {
  transformer: "run",
  combinator: "make",
  notifier: "make",
  platform: "make",
  guest: "create",
};

/** Picks suites and other parts from what a module exports, alone or in lists; other exports are the module's own. */
export function collectParts(exported: Readonly<Record<string, unknown>>): Parts {
  const values = new Set(Object.values(exported).flatMap((value) => (Array.isArray(value) ? value : [value])));
  return { suites: [...values].filter(isSuite), others: [...values].filter(isPart) };
}

/** By shape, not by class: the suite may be made by another copy of the package. */
function isSuite(value: unknown): value is Suite {
  return (
    isRecord(value) &&
    typeof value.name === "string" &&
    typeof value.area === "string" &&
    Array.isArray(value.cases) &&
    value.cases.every((item) => isRecord(item) && typeof item.name === "string" && typeof item.body === "function")
  );
}

function isPart(value: unknown): value is ExtensionPart {
  if (!isRecord(value) || typeof value.part !== "string" || !Object.hasOwn(WORK, value.part)) return false;
  const work = WORK[value.part as ExtensionPart["part"]];
  return typeof value.type === "string" && typeof value[work] === "function";
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
