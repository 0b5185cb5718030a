import type { ResultSummary } from "../../events/folds/run-summary.ts";
import { toldMessage } from "../told-message.ts";

/** Messages that stand in the page itself, where they can be read without scripts, may have this many characters together. */
const ROOM = 1_000_000;

/**
 * Results, by their place in `ordered`, whose messages no longer fit into the page: it shows their beginning and has the
 * rest packed with the details. Thousands of long messages would make a page that takes seconds to open.
 */
export function withPackedMessage(ordered: readonly ResultSummary[]): ReadonlySet<number> {
  const packed = new Set<number>();
  let left = ROOM;
  for (const [row, result] of ordered.entries()) {
    left -= toldMessage(result).length;
    if (left < 0) packed.add(row);
  }
  return packed;
}
