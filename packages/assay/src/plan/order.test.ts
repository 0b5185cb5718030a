import fc from "fast-check";
import { expect, test } from "vitest";
import { type Priority, suite } from "../suite/suite.ts";
import { orderEntries, type PastCase, type PlanOrder, SCHEDULE_POLICIES } from "./order.ts";
import type { PlanEntry } from "./plan.ts";

interface Given {
  readonly priority: Priority;
  readonly cores: number;
  readonly isNew: boolean;
  readonly tags: readonly string[];
  readonly coldBoot: boolean;
  readonly past: PastCase | undefined;
}

const given: fc.Arbitrary<Given> = fc.record({
  priority: fc.constantFrom<Priority>(0, 1, 2, 3, 4),
  cores: fc.constantFrom(1, 2, 8),
  isNew: fc.boolean(),
  tags: fc.constantFrom([], ["reboot"]),
  coldBoot: fc.boolean(),
  past: fc.option(fc.record({ hasFailed: fc.boolean(), durationMs: fc.option(fc.nat(1000), { nil: undefined }) }), {
    nil: undefined,
  }),
});

function entriesOf(all: readonly Given[]): { entries: readonly PlanEntry[]; history: PlanOrder["history"] } {
  const made = suite("Order", { area: "order", about: "A suite." }, ({ test: define }) => {
    for (const [index, { priority, tags, coldBoot, cores }] of all.entries()) {
      const requires = { cores, ...(coldBoot && { coldBoot }) };
      define(`case_${index}`, { about: "A case.", priority, tags, requires }, async () => {});
    }
  });
  const entries = made.cases.map((testCase, index) => ({
    resultId: `Order.${testCase.name}`,
    case: testCase,
    timeoutMs: 1000,
    retry: 0,
    ignoreFailure: false,
    useNewEnvironment: all[index]?.isNew ?? false,
    tier: 0,
  }));
  const history = new Map(all.flatMap(({ past }, index) => (past ? [[`Order.case_${index}`, past] as const] : [])));
  return { entries, history };
}

const coresOf = (entry: PlanEntry): number => Number(entry.case.requires.cores);
const placeOf = (entry: PlanEntry) => ({ name: `${coresOf(entry)} cores`, cost: coresOf(entry) });
const idsOf = (entries: readonly PlanEntry[]): readonly string[] => entries.map(({ resultId }) => resultId);
const many = fc.array(given, { maxLength: 30 });

/** Each neighbour has at least what the one before it has. */
const rises = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || (values[index - 1] ?? 0) <= value);

test.each(SCHEDULE_POLICIES)("the policy '%s' loses and doubles nothing, and never changes its mind", (policy) => {
  fc.assert(
    fc.property(many, (all) => {
      const { entries, history } = entriesOf(all);
      const ordered = orderEntries(entries, placeOf, { policy, history });
      expect(idsOf(ordered).toSorted()).toEqual(idsOf(entries).toSorted());
      expect(orderEntries(ordered, placeOf, { policy, history })).toEqual(ordered);
      expect(rises(ordered.map(({ tier }) => tier))).toBe(true);
    }),
  );
});

test.each(SCHEDULE_POLICIES)("under '%s' entries that differ in nothing keep their order", (policy) => {
  fc.assert(
    fc.property(given, fc.integer({ min: 2, max: 20 }), (one, count) => {
      const { entries, history } = entriesOf(Array.from({ length: count }, () => one));
      expect(idsOf(orderEntries(entries, placeOf, { policy, history }))).toEqual(idsOf(entries));
    }),
  );
});

test("'cost' begins with the cheapest environment, and comes back to none", () => {
  fc.assert(
    fc.property(many, (all) => {
      const { entries, history } = entriesOf(all);
      expect(rises(orderEntries(entries, placeOf, { policy: "cost", history }).map(coresOf))).toBe(true);
    }),
  );
});

test("'priority' lets nothing come before a lower number; within one, the cheapest comes first", () => {
  fc.assert(
    fc.property(many, (all) => {
      const { entries, history } = entriesOf(all);
      const ordered = orderEntries(entries, placeOf, { policy: "priority", history });
      expect(rises(ordered.map((entry) => entry.case.priority * 10 + coresOf(entry)))).toBe(true);
    }),
  );
});

test("'fail-fast' begins with what failed, then priority, then the shortest; what never ran comes last", () => {
  fc.assert(
    fc.property(many, (all) => {
      const { entries, history } = entriesOf(all);
      const ordered = orderEntries(entries, placeOf, { policy: "fail-fast", history });
      const keys = ordered.map((entry) => {
        const past = history.get(entry.resultId);
        const failed = past?.hasFailed === true ? 0 : 1;
        return (failed * 10 + entry.case.priority) * 10_000 + (past?.durationMs ?? 9999);
      });
      expect(rises(keys)).toBe(true);
    }),
  );
});

test("without an earlier run 'fail-fast' is 'priority'", () => {
  fc.assert(
    fc.property(many, (all) => {
      const { entries } = entriesOf(all);
      const of = (policy: "fail-fast" | "priority") =>
        idsOf(orderEntries(entries, placeOf, { policy, history: new Map() }));
      expect(of("fail-fast")).toEqual(of("priority"));
    }),
  );
});
