import { UsageError } from "../../../../errors/catalogue.ts";
import type { DiskErrors, DiskOperation } from "../../../../features/disk-faults.ts";

/** One of blkdebug's rules, as `blockdev-add` takes them. */
type Rule = Readonly<Record<string, string | number | boolean>>;

export interface DebugRules {
  readonly "inject-error": readonly Rule[];
  /** Absent where there are none: QEMU takes no empty list. */
  readonly "set-state"?: readonly Rule[];
}

/** EIO of Linux, which QEMU takes as it is. */
const IO_ERROR = 5;
const OPERATIONS: readonly DiskOperation[] = ["read", "write", "flush"];
/** QEMU's names for what a guest asks, by what we call it. */
const IO_TYPES = { read: ["read"], write: ["write", "write-zeroes", "discard"], flush: ["flush"] } as const;
/** What the node above tells blkdebug before each operation; rates count these. */
const EVENTS = { read: "read_aio", write: "write_aio", flush: "flush_to_disk" } as const;
/** For rules that wait for no event. */
const ALWAYS = { event: "none" } as const;
/** More is no count of errors but all of them; each costs a rule. */
const MOST_ERRORS = 1000;

/** The rules by which QEMU's blkdebug makes these errors. Throws UsageError for what it cannot do. */
export function debugRules(errors: DiskErrors): DebugRules {
  const { on = OPERATIONS, ratePercent = 100, count, sector } = errors;
  check(errors, on);
  const place = sector === undefined ? {} : { sector };
  if (ratePercent < 100) return rateRules(on, ratePercent, place);
  if (count !== undefined) {
    // A rule that is good for one error, so many times.
    const once = on.map((operation) => ({ ...ALWAYS, iotype: operation, errno: IO_ERROR, once: true, ...place }));
    return { "inject-error": Array.from({ length: count }, () => once).flat() };
  }
  const always = on.flatMap((operation) =>
    IO_TYPES[operation].map((iotype) => ({ ...ALWAYS, iotype, errno: IO_ERROR, ...place })),
  );
  return { "inject-error": always };
}

/**
 * One state for each operation of a period, through which the operations go round. The rule of a state holds until the
 * next takes its place, so that states without an error need one too, which says that there is none.
 */
function rateRules(on: readonly DiskOperation[], percent: number, place: Rule): DebugRules {
  const period = 100 / greatestCommonDivisor(100, percent);
  const isError = (index: number) => Math.floor(((index + 1) * percent) / 100) > Math.floor((index * percent) / 100);
  const states = Array.from({ length: period }, (_, index) => ({ state: index + 1, fails: isError(index) }));
  return {
    "inject-error": states.flatMap(({ state, fails }) =>
      on.map((operation) => ({
        event: EVENTS[operation],
        iotype: operation,
        state,
        errno: fails ? IO_ERROR : 0,
        ...place,
      })),
    ),
    "set-state": states.flatMap(({ state }) =>
      on.map((operation) => ({ event: EVENTS[operation], state, new_state: (state % period) + 1 })),
    ),
  };
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

function check({ ratePercent, count, sector }: DiskErrors, on: readonly DiskOperation[]): void {
  const isWhole = (value: number | undefined, least: number, most: number) =>
    value === undefined || (Number.isInteger(value) && value >= least && value <= most);
  const problems = [
    ...(on.length > 0 && on.every((each) => OPERATIONS.includes(each)) ? [] : ["'on' names no operation of a disk"]),
    ...(isWhole(ratePercent, 1, 100) ? [] : [`'ratePercent' is ${ratePercent}`]),
    ...(isWhole(count, 1, MOST_ERRORS) ? [] : [`'count' is ${count}`]),
    ...(isWhole(sector, 0, Number.MAX_SAFE_INTEGER) ? [] : [`'sector' is ${sector}`]),
    ...(count !== undefined && ratePercent !== undefined ? ["'count' and 'ratePercent' exclude each other"] : []),
    ...(sector !== undefined && on.includes("flush") ? ["a flush has no 'sector'"] : []),
  ];
  if (problems.length === 0) return;
  throw new UsageError(`A disk cannot fail like this: ${problems.join("; ")}.`, {
    help: `'on' takes read, write and flush, 'ratePercent' 1 to 100, 'count' 1 to ${MOST_ERRORS}, 'sector' a whole number.`,
  });
}
