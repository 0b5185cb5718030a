import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent, RunReport } from "assay";
import { expect, test } from "vitest";
import { folderWith, outcomeOf, type ProgramRun, runOwn } from "./run-program.ts";

const runbook = (name: string, extra = ""): string => `name: ${name}
platform: [{ type: local }]
variable: [{ name: token, value: none, is_secret: true }]
testcase: [{ criteria: { area: ${name} } }]
${extra}`;

interface Told {
  readonly report: RunReport;
  readonly events: readonly RunEvent[];
}

async function twoRuns(): Promise<
  ProgramRun & { readonly alpha: Told; readonly beta: Told & { readonly late: readonly RunEvent[] } }
> {
  const folder = folderWith({ "alpha.yml": runbook("alpha", "concurrency: 1"), "beta.yml": runbook("beta") });
  const ran = await runOwn("two-runs.ts", folder);
  expect(ran.stderr).toBe("");
  return { ...ran, ...(outcomeOf(folder) as Awaited<ReturnType<typeof twoRuns>>) };
}

const suitesOf = (events: readonly RunEvent[]): ReadonlySet<string> =>
  new Set(events.flatMap((event) => ("suite" in event && typeof event.suite === "string" ? [event.suite] : [])));

test("two runs in one process do not meet, and nothing is printed", async () => {
  const { exitCode, stdout, stderr, folder, alpha, beta } = await twoRuns();
  expect([exitCode, stdout, stderr]).toEqual([0, "", ""]);

  expect(alpha.report).toMatchObject({ verdict: "interrupted", exitCode: 130, reason: "The run was cancelled." });
  expect(alpha.report.counts.passed).toBe(0);
  expect(beta.report).toMatchObject({ verdict: "failed", counts: { passed: 1, failed: 1, skipped: 0, attempted: 0 } });
  expect(suitesOf(alpha.events)).toEqual(new Set(["Alpha"]));
  expect(suitesOf(beta.events)).toEqual(new Set(["Beta"]));

  expect(alpha.report.folder).toContain(join(folder, "alpha"));
  expect(beta.report.folder).toContain(join(folder, "beta"));
  expect(alpha.events.at(-1)).toMatchObject({ type: "run-finished", isCutShort: true });
  expect(beta.events).toContainEqual(expect.objectContaining({ type: "case-log", text: "still here" }));

  for (const [own, other, { report, events }] of [
    ["alpha", "beta", alpha],
    ["beta", "alpha", beta],
  ] as const) {
    const told = readFileSync(report.journal, "utf8");
    expect(told).not.toContain(`${own}-token`);
    expect(told).toContain(`${other}'s secret is ${other}-token`);
    // What is iterated is what stands in the journal.
    expect(events.map((event) => JSON.stringify(event))).toEqual(told.trimEnd().split("\n"));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  }
  expect(beta.late).toEqual(beta.events);
  const failed = beta.report.results.find(({ status }) => status === "FAILED");
  expect(failed?.message).toContain("beta's secret is ******");
});

test("extensions of one name in two runbooks do not meet", async () => {
  const files = (name: string): Record<string, string> => ({
    [`${name}/runbook.yml`]: `name: ${name}
platform: [{ type: local }]
extension: [{ path: ./words, name: words }, { path: ./cases, name: cases }]
testcase: [{ criteria: { area: words } }]
`,
    [`${name}/words/word.ts`]: `export const word = "${name}";\n`,
    [`${name}/cases/cases.ts`]: `import { suite } from "assay/suite";
import { word } from "words/word.ts";
export default suite("Words", { area: "words", about: "Says a word." }, ({ test }) => {
  test("says", { about: "Says it.", priority: 1 }, async ({ log }) => log.info(word));
});
`,
  });
  const folder = folderWith({ ...files("one"), ...files("two") });
  const { exitCode, stdout } = await runOwn("two-extensions.ts", folder);
  expect([exitCode, stdout]).toEqual([0, ""]);
  expect(outcomeOf(folder)).toEqual([["one"], ["two"]]);
});

test("twenty runs leave no listener, no handle and no warning, and the process ends by itself", async () => {
  const folder = folderWith({ "quick.yml": runbook("quick") });
  const { exitCode, stdout, stderr } = await runOwn("twenty-runs.ts", folder);
  expect([exitCode, stdout, stderr]).toEqual([0, "", ""]);
  const { verdicts, left, before, after } = outcomeOf(folder) as {
    readonly verdicts: readonly string[];
    readonly left: readonly { readonly listeners: number; readonly ofSignal: number }[];
    readonly before: readonly string[];
    readonly after: readonly string[];
  };
  expect(verdicts).toEqual(Array.from({ length: 20 }, () => "passed"));
  expect(new Set(left.map(({ listeners }) => listeners)).size).toBe(1);
  expect(new Set(left.map(({ ofSignal }) => ofSignal))).toEqual(new Set([0]));
  expect(after).toEqual(before);
});

test("an error that nobody asks for is an unhandled rejection, not silence", async () => {
  const { exitCode, stderr } = await runOwn("unheard.ts", folderWith({}));
  expect(exitCode).toBe(1);
  expect(stderr).toContain("RunbookError: The runbook");
});
