import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { loadRunbook, RunbookError, type RunEvent, run, type TestRun, type TestRunOptions } from "assay";
import { type CaseBody, suite } from "assay/suite";
import { expect, test } from "vitest";
import { holdRun } from "../../packages/assay/src/run/hold-run.ts";
import { folderWith } from "./run-program.ts";

const RUNBOOK = `name: own
platform: [{ type: local }]
concurrency: 1
testcase: [{ criteria: { area: own } }]
`;

/** Starts a run of these cases on this machine. */
async function start(cases: Readonly<Record<string, CaseBody>>, options: TestRunOptions = {}): Promise<TestRun> {
  const own = suite("Own", { area: "own", about: "Cases of this test." }, ({ test: define }) => {
    for (const [name, body] of Object.entries(cases)) define(name, { about: "A case.", priority: 1 }, body);
  });
  const folder = folderWith({ "own.yml": RUNBOOK });
  const file = await loadRunbook(join(folder, "own.yml"), { suites: [own] });
  expect(file.diagnostics).toEqual([]);
  return run(file, { logPath: join(folder, "runs"), reports: [], ...options });
}

async function allOf(events: AsyncIterable<RunEvent>): Promise<readonly RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

test("a reader that comes late, and one that reads one event in each turn of a case, get every event", async () => {
  const running = await start({
    chatty: async ({ log }) => {
      for (let line = 0; line < 2000; line++) log.info(`line ${line} ${"x".repeat(100)}`);
    },
  });
  const early = await allOf(running);
  const { journal, verdict } = await running.report;
  expect(verdict).toBe("passed");
  const written = readFileSync(journal, "utf8").trimEnd().split("\n");
  expect(written.length).toBeGreaterThan(2000);
  expect(early.map((event) => JSON.stringify(event))).toEqual(written);
  expect(await allOf(running)).toEqual(early);
});

test("the run does not wait for a reader that stands still", async () => {
  const running = await start({
    first: async () => undefined,
    second: async ({ log }) => log.info("é".repeat(200_000)),
  });
  const events = running[Symbol.asyncIterator]();
  expect((await events.next()).value).toMatchObject({ type: "run-started", seq: 1 });
  expect(await running.report).toMatchObject({ verdict: "passed", counts: { passed: 2 } });
  const rest = await allOf(events);
  expect(rest.at(-1)?.type).toBe("run-finished");
  // An event that is longer than what is read at once.
  expect(rest.find((event) => event.type === "case-log")).toMatchObject({ text: "é".repeat(200_000) });
});

test("leaving the loop does not cancel the run", async () => {
  const goOn = Promise.withResolvers<void>();
  const running = await start({ waits: () => goOn.promise });
  for await (const event of running) if (event.type === "case-started") break;
  goOn.resolve();
  expect(await running.report).toMatchObject({ verdict: "passed", counts: { passed: 1 } });
});

test("'await using' cancels a run that is not over and waits for its end", async () => {
  let left: Promise<unknown> | undefined;
  {
    await using running = await start({
      waits: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
    });
    left = running.report;
    for await (const event of running) if (event.type === "case-started") break;
  }
  expect(await left).toMatchObject({ verdict: "interrupted", reason: "The run was cancelled." });
});

test("leaving the scope of a run before it begins harms nobody", async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  process.on("unhandledRejection", note);
  {
    await using _running = await start({ never: async () => undefined });
  }
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  expect(rejections).toEqual([]);
});

test.each([
  ["", "a plan"],
  ["combinator: { type: batch, items: [{ size: 1 }] }\nvariable: [{ name: size, value: 0 }]\n", "combinations"],
])("nobody else takes a run of %j while it goes on (%s)", async (sections) => {
  const folder = folderWith({ "own.yml": `${RUNBOOK}${sections}` });
  const own = suite("Own", { area: "own", about: "A case." }, ({ test: define }) => {
    define("held", { about: "Is held.", priority: 1 }, async ({ expect: check }) => {
      const refused = await holdRun(join(folder, "runs", "latest")).catch((error: unknown) => error);
      check(refused instanceof Error, "somebody else can have it");
    });
  });
  const running = run(await loadRunbook(join(folder, "own.yml"), { suites: [own] }), { logPath: join(folder, "runs") });
  expect(await running.report).toMatchObject({ verdict: "passed" });
  await using _held = await holdRun(join(folder, "runs", "latest"));
});

test("a run under a signal that is aborted already does not begin", async () => {
  const why = new Error("too late");
  const running = await start({ never: async () => undefined }, { signal: AbortSignal.abort(why) });
  await expect(running.report).rejects.toBe(why);
  await expect(allOf(running)).rejects.toBe(why);
});

test("what keeps a run from taking place comes out of the loop, with all problems", async () => {
  const folder = folderWith({
    "wrong.yml": "name: wrong\nplatform: [{ type: local }]\ntestcaes: []\nconcurrency: many\n",
  });
  const file = await loadRunbook(join(folder, "wrong.yml"));
  expect(file.isGood).toBe(false);
  expect(file.runbook).toBeUndefined();
  const running = run(file, { logPath: join(folder, "runs") });
  const error = await allOf(running).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RunbookError);
  const { diagnostics, message } = error as RunbookError;
  expect(diagnostics).toEqual(file.diagnostics);
  expect(diagnostics.length).toBe(2);
  for (const diagnostic of diagnostics) expect(message).toContain(file.describe(diagnostic));
});

test("a journal that is taken away is told to the reader and not to the run", async () => {
  const goOn = Promise.withResolvers<void>();
  const running = await start({ waits: () => goOn.promise });
  const events = running[Symbol.asyncIterator]();
  let folder = "";
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    if (next.value.type === "run-started") folder = next.value.run;
    if (next.value.type === "case-started") break;
  }
  expect(folder).not.toBe("");
  goOn.resolve();
  const { journal } = await running.report;
  renameSync(journal, `${journal}.away`);
  await expect(events.next()).rejects.toThrow(/cannot be read while its run goes on/);
});

test.each([
  [
    "a notifier that throws",
    {
      name: "broken",
      onEvent: () => {
        throw new Error("no ink");
      },
      close: async () => [],
    },
  ],
])("%s is switched off, and the run goes on", async (_, notifier) => {
  const running = await start({ passes: async () => undefined }, { notifiers: [notifier] });
  const events = await allOf(running);
  expect(events.filter((event) => event.type === "notice").map(({ text }) => text)).toEqual([
    "The notifier 'broken' failed and was switched off: no ink",
  ]);
  expect((await running.report).verdict).toBe("passed");
});

test("a notifier is made when the folder is there, and what it makes stands in the report", async () => {
  const places: string[] = [];
  const running = await start(
    { passes: async () => undefined },
    {
      notifiers: [
        ({ runFolder, reports }) => {
          places.push(runFolder, ...reports);
          return { name: "mine", onEvent: () => undefined, close: async () => ["mine.txt"] };
        },
      ],
    },
  );
  const { folder, reports } = await running.report;
  expect(places).toEqual([folder]);
  expect(reports.get("mine")).toEqual(["mine.txt"]);
  expect([...reports.keys()]).not.toContain("html");
});
