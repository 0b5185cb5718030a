/** How many requests, processes and connections of this process are under way, by kind. */
export type OutsideWork = ReadonlyMap<string, number>;

/** Requests end by themselves; timers and idle handles do not count. */
const COUNTED = /Req|Request|ProcessWrap|TCPSocketWrap|PipeWrap|TLSWrap|Worker|MessagePort|Job|Zlib/i;

export function outsideWork(): OutsideWork {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (COUNTED.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** True while there is more of any kind than `before`. */
export function isOutsideWorkPending(before: OutsideWork): boolean {
  return [...outsideWork()].some(([kind, count]) => count > (before.get(kind) ?? 0));
}
