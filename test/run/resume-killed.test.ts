import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { summarizeRun } from "../../packages/assay/src/events/folds/run-summary.ts";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import { Workspace } from "../cli/run-assay.ts";
import { KilledRuns, randomFrom } from "./killed-runs.ts";

/** `KILLS=200 SEED=7 npx vitest run test/run/resume-killed.test.ts` kills more often, or in another way. */
const KILLS = Number(process.env.KILLS ?? 24);
const SEED = Number(process.env.SEED ?? 20_260_401);
/** Of one run; it is left alone afterwards. */
const MOST_KILLS = 6;

const SUITE = `import { type CaseContext, suite } from "assay/suite";
const wait = "sleep 0.02";
export default suite("Mine", { area: "mine", about: "Cases of my own." }, ({ test }) => {
  test("passes", { about: "It is good.", priority: 1 }, async ({ node, metric }: CaseContext) => {
    await node.run(["sh", "-c", wait]);
    metric("speed", 5, "m/s");
  });
  test("fails", { about: "It is bad.", priority: 2 }, async ({ node, fail }: CaseContext) => {
    await node.run(["sh", "-c", wait]);
    fail("3 is not 4");
  });
  test("skips", { about: "It is absent.", priority: 2 }, async ({ skip }: CaseContext) => skip("not here"));
  test("parts", { about: "It has parts.", priority: 3 }, async ({ node, subtest }: CaseContext) => {
    await subtest("first", async () => void (await node.run(["sh", "-c", wait])));
    await subtest("second", async () => undefined);
  });
});
`;

const SCENARIOS = {
  plain: `extension: [mine]
platform: [{ type: local }]
testcase: [{ criteria: { area: mine }, times: 4 }, { criteria: { name: fails }, times: 2, retry: 1 }]
`,
  combined: `extension: [mine]
platform: [{ type: local }]
variable: [{ name: size, value: none }, { name: wanted, value: none }]
transformer:
  - { type: to_list, name: names, items: { all: "mine, other" } }
  - { type: script, name: pick, depends_on: [names], rename: { pick_area: wanted },
      scripts: [{ name: area, variables: [names_all], script: "names_all[0]" }] }
  - { type: to_list, name: before, phase: expanded, items: { x: $(size) } }
  - { type: to_list, name: after, phase: expanded_cleanup, items: { x: $(size) } }
  - { type: to_list, name: last, phase: cleanup, items: { x: a } }
combinator: { type: grid, items: [{ name: size, value: [a, b, c] }] }
testcase: [{ criteria: { area: $(wanted) }, times: 2 }]
`,
};

/** What a run says in the end, without what is different each time. */
function outcomeOf(journal: string) {
  const { verdict, reason, counts, unfinished, results, excluded } = summarizeRun(readJournal(journal));
  const shown = results.map(({ resultId, status, message, metrics, subtests }) => ({
    resultId,
    status,
    message,
    metrics,
    subtests: subtests.map(({ durationMs: _, ...subtest }) => subtest),
  }));
  return { verdict, reason, counts, unfinished, results: shown, excluded: excluded.length };
}

/** How often each result was made final. */
function finals(journal: string): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const event of readJournal(journal)) {
    if (event.type === "case-finished") counts.set(event.resultId, (counts.get(event.resultId) ?? 0) + 1);
  }
  return [...counts].sort();
}

for (const [name, runbook] of Object.entries(SCENARIOS)) {
  test(
    `a '${name}' run killed at random moments ends like one that was left alone (seed ${SEED})`,
    async () => {
      const space = new Workspace({ "r.yml": runbook, "mine/mine.ts": SUITE });
      const args = ["run", "-r", "r.yml", "--diagnostics", "0"];
      const startedMs = Date.now();
      const undisturbed = await space.assay([...args, "--id", "undisturbed"]);
      const endsMs = Date.now() - startedMs;
      const expected = join(space.path, "runs", "undisturbed", "journal.ndjson");
      const beginsMs = Date.parse(readJournal(expected)[0]?.at ?? "") - startedMs;
      expect(outcomeOf(expected).results.length).toBeGreaterThan(12);

      const wanted = Math.ceil(KILLS / Object.keys(SCENARIOS).length);
      let kills = 0;
      let runs = 0;
      const worker = async (seed: number): Promise<void> => {
        const killed = new KilledRuns(space, args, randomFrom(seed), { beginsMs, endsMs });
        while (kills < wanted) {
          const run = await killed.one(`killed-${++runs}`, Math.min(MOST_KILLS, wanted - kills));
          kills += run.kills;
          expect(run.exitCode).toBe(undisturbed.exitCode);
          expect(outcomeOf(run.journal)).toEqual(outcomeOf(expected));
          expect(finals(run.journal)).toEqual(finals(expected));
          const events = readJournal(run.journal);
          expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
        }
      };
      await Promise.all(
        Array.from({ length: Math.min(2, availableParallelism()) }, (_, index) => worker(SEED + index)),
      );
      expect(kills).toBeGreaterThanOrEqual(wanted);
    },
    20_000 + KILLS * 3_000,
  );
}
