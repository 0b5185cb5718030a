import type { Entry, EntryOf, RecordedError, Stored } from "../format.ts";

/** One call of a recording with all that belongs to it. Times are in ms since the case began. */
export interface RecordedCall {
  readonly id: number;
  readonly atMs: number;
  readonly node: string;
  readonly via: string;
  readonly method: string;
  readonly request: Stored;
  /** Undefined when it was still under way at the end of the case. */
  readonly result: EntryOf<"result"> | undefined;
  readonly chunks: readonly EntryOf<"chunk">[];
  readonly inputs: readonly EntryOf<"input">[];
  readonly callbacks: readonly EntryOf<"callback">[];
  readonly killedAtMs: number | undefined;
  readonly ended: EntryOf<"ended"> | undefined;
}

/** Gathers the lines of a recording by their calls, in the order in which these were made. */
export function recordedCalls(entries: readonly Entry[]): readonly RecordedCall[] {
  const byId = Map.groupBy(entries, (entry) => ("id" in entry ? entry.id : undefined));
  return entries.flatMap((entry) => {
    if (entry.kind !== "call") return [];
    const own = byId.get(entry.id) ?? [];
    const of = <K extends Entry["kind"]>(kind: K): EntryOf<K>[] =>
      own.filter((each): each is EntryOf<K> => each.kind === kind);
    const { id, at, node, via, method, request } = entry;
    const killed = of("kill")[0]?.at;
    const ended = of("ended")[0];
    return {
      id,
      atMs: at,
      node,
      via,
      method,
      request,
      result: of("result")[0],
      chunks: of("chunk"),
      inputs: of("input"),
      callbacks: of("callback"),
      // `await using` kills what has ended long ago: that changes nothing.
      killedAtMs: killed === undefined || (ended !== undefined && ended.at <= killed) ? undefined : killed,
      ended,
    };
  });
}

/** The machine that died on its own, if one did. */
export function recordedDeath(
  entries: readonly Entry[],
): { readonly atMs: number; readonly error: RecordedError } | undefined {
  const died = entries.find((entry) => entry.kind === "died");
  return died === undefined ? undefined : { atMs: died.at, error: died.error };
}
