import type { Prepared } from "../machine.ts";
import { keptTemplates, placeOf, removeTemplate, type Template } from "./template.ts";

interface Kept {
  readonly key: string;
  readonly usedAtMs: number;
  readonly bytes: number;
  readonly isInUse: boolean;
}

/** One that was used so lately may be about to be used again, by a run that has found it and not begun with it. */
const FRESH_MS = 3_600_000;

/** The templates that have to go for the others to fit into `boundBytes`: those that were unused the longest first. */
export function superfluous(kept: readonly Kept[], boundBytes: number, nowMs: number): readonly string[] {
  let bytes = kept.reduce((sum, each) => sum + each.bytes, 0);
  const oldestFirst = kept.toSorted((one, other) => one.usedAtMs - other.usedAtMs);
  return oldestFirst.flatMap(({ bytes: own, isInUse, key, usedAtMs }) => {
    if (bytes <= boundBytes || isInUse || nowMs - usedAtMs < FRESH_MS) return [];
    bytes -= own;
    return [key];
  });
}

/** Removes templates from the pool until the others fit into the bound; those on which a machine stands are left. */
export async function keepBound(prepared: Prepared, signal: AbortSignal): Promise<void> {
  const { pool, settings } = prepared;
  const here = (await keptTemplates()).filter(({ template }) => template.place === placeOf(prepared));
  const taken = await pool.backingPaths("assay-", signal);
  const templates = new Map(here.map(({ key, template }) => [key, template]));
  const kept: Kept[] = [];
  for (const { key, template, usedAtMs } of here) {
    const bytes = await sizeOf(prepared, template, signal);
    kept.push({ key, usedAtMs, bytes, isInUse: taken.has(template.disk) });
  }
  for (const key of superfluous(kept, settings.templateCacheMb * 1_000_000, Date.now())) {
    const template = templates.get(key);
    if (template !== undefined) await removeTemplate(prepared, key, template);
  }
}

async function sizeOf({ pool }: Pick<Prepared, "pool">, { files }: Template, signal: AbortSignal): Promise<number> {
  const volumes = await pool.list(files);
  const sizes = await Promise.all(volumes.map((volume) => pool.allocatedBytes(volume, signal)));
  return sizes.reduce((sum, each) => sum + each, 0);
}
