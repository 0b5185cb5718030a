import fc from "fast-check";
import { expect, test } from "vitest";
import type { PlanEntry } from "../../plan/plan.ts";
import { exactly } from "../../suite/count.ts";
import { suite } from "../../suite/suite.ts";
import { serves } from "../requirement.ts";
import { Backlog } from "./backlog.ts";
import { Requirements } from "./requirements.ts";

interface Given {
  readonly tier: number;
  readonly cores: number;
  readonly isNew: boolean;
}

const given: fc.Arbitrary<Given> = fc.record({
  tier: fc.integer({ min: 0, max: 3 }),
  cores: fc.integer({ min: 1, max: 3 }),
  isNew: fc.boolean(),
});

/** Entries as a plan has them: tiers rise. */
function entriesOf(all: readonly Given[]): readonly PlanEntry[] {
  const sorted = all.toSorted((left, right) => left.tier - right.tier);
  const made = suite("Backlog", { area: "backlog", about: "A suite." }, ({ test: define }) => {
    for (const [index, { cores }] of sorted.entries())
      define(`case_${index}`, { about: "A case.", priority: 1, requires: { cores: exactly(cores) } }, async () => {});
  });
  return made.cases.map((testCase, index) => ({
    resultId: `Backlog.${testCase.name}`,
    case: testCase,
    timeoutMs: 1000,
    retry: 0,
    ignoreFailure: false,
    useNewEnvironment: sorted[index]?.isNew ?? false,
    tier: sorted[index]?.tier ?? 0,
  }));
}

test("each entry is taken once, no tier before an earlier one, and what is held is used while it serves one of the tier", () => {
  fc.assert(
    fc.property(fc.array(given, { maxLength: 40 }), fc.infiniteStream(fc.boolean()), (all, keeps) => {
      const entries = entriesOf(all);
      const requirements = new Requirements({});
      const backlog = new Backlog(entries, requirements);
      const left = new Set(entries);
      let held: ReturnType<Requirements["of"]> | undefined;
      for (let entry = backlog.take(held); entry !== undefined; entry = backlog.take(held)) {
        const waiting = [...left];
        expect(entry.tier).toBe(waiting[0]?.tier);
        const served = waiting.filter(
          ({ case: each, tier, useNewEnvironment }) =>
            held !== undefined && !useNewEnvironment && tier === entry?.tier && serves(held, requirements.of(each)),
        );
        expect(entry).toBe(served[0] ?? waiting[0]);
        left.delete(entry);
        held = keeps.next().value === true ? requirements.of(entry.case) : undefined;
      }
      expect(left.size).toBe(0);
    }),
  );
});
