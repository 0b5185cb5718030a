/**
 * Two runs at once in one process, of which one is cancelled while the other goes on. Prints nothing and writes what came
 * of it into a file: two-runs.ts FOLDER.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadRunbook, type RunEvent, run, type TestRun } from "assay";
import { suite } from "assay/suite";

const [folder = "."] = process.argv.slice(2);

/** Both cases run at the same time, whoever begins. */
const begun = { alpha: Promise.withResolvers<void>(), beta: Promise.withResolvers<void>() };
const cancelled = Promise.withResolvers<void>();

const TOLD = "alpha's secret is alpha-token, beta's secret is beta-token";

const alpha = suite("Alpha", { area: "alpha", about: "Is cancelled." }, ({ test }) => {
  test("waits", { about: "Waits until it is cancelled.", priority: 1 }, async ({ log, signal }) => {
    log.info(TOLD);
    begun.alpha.resolve();
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  });
  test("never_begins", { about: "Would come next.", priority: 2 }, async () => undefined);
});

const beta = suite("Beta", { area: "beta", about: "Goes on." }, ({ test }) => {
  test("outlives", { about: "Ends after the other run was cancelled.", priority: 1 }, async ({ log }) => {
    log.info(TOLD);
    begun.beta.resolve();
    await cancelled.promise;
    log.info("still here");
  });
  test("fails", { about: "Fails.", priority: 2 }, async () => {
    throw new Error(TOLD);
  });
});

async function start(name: "alpha" | "beta", cases: typeof alpha): Promise<TestRun> {
  const secrets = { token: `${name}-token` };
  const file = await loadRunbook(join(folder, `${name}.yml`), { secrets, suites: [cases] });
  return run(file, { logPath: join(folder, name) });
}

async function eventsOf(running: TestRun): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of running) events.push(event);
  return events;
}

const [first, second] = await Promise.all([start("alpha", alpha), start("beta", beta)]);
const [firstEvents, secondEvents] = [eventsOf(first), eventsOf(second)];
await Promise.all([begun.alpha.promise, begun.beta.promise]);
first.cancel();
await first.report;
cancelled.resolve();

const outcome = {
  alpha: { report: await first.report, events: await firstEvents },
  beta: { report: await second.report, events: await secondEvents, late: await eventsOf(second) },
};
writeFileSync(join(folder, "outcome.json"), JSON.stringify(outcome));
