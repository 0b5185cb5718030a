/**
 * Twenty runs, one after the other, under one signal, each in another way of following its events. Prints nothing and
 * writes what is left into a file: twenty-runs.ts FOLDER.
 */
import { getEventListeners } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadRunbook, run } from "assay";
import { suite } from "assay/suite";

const [folder = "."] = process.argv.slice(2);

// Node opens the standard streams of a process when they are first asked for, which some of its own modules do.
const streams = [process.stdout, process.stderr].map((stream) => stream.writable);
const before = process.getActiveResourcesInfo();

const quick = suite("Quick", { area: "quick", about: "Ends at once." }, ({ test }) => {
  test("passes", { about: "Asks the machine something.", priority: 1 }, async ({ node }) => {
    await node.shell.read("/etc/hostname");
  });
});

const listeners = (): number =>
  process.eventNames().reduce<number>((sum, name) => sum + process.listenerCount(name as string), 0);

const { signal } = new AbortController();
const file = await loadRunbook(join(folder, "quick.yml"), { suites: [quick] });
const verdicts: string[] = [];
const left: { readonly listeners: number; readonly ofSignal: number }[] = [];
for (let count = 0; count < 20; count++) {
  const running = run(file, { signal, logPath: join(folder, "runs") });
  if (count % 3 === 1) for await (const _ of running);
  if (count % 3 === 2) for await (const _ of running) break;
  verdicts.push((await running.report).verdict);
  left.push({ listeners: listeners(), ofSignal: getEventListeners(signal, "abort").length });
}
// Nothing ends the process here: it has to end by itself.
process.once("beforeExit", () => {
  const outcome = { verdicts, left, streams, before, after: process.getActiveResourcesInfo() };
  writeFileSync(join(folder, "outcome.json"), JSON.stringify(outcome));
});
