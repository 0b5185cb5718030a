import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { HostExhausted } from "../../packages/assay/src/errors/catalogue.ts";
import { Journal, readJournal } from "../../packages/assay/src/events/journal.ts";
import type { RunEvent } from "../../packages/assay/src/events/types.ts";
import { runScenario } from "./run-scenario.ts";

test("a disk that is full each time it is flushed, and has room right after, loses and doubles nothing", async () => {
  // No disk of a test host can be made to fail at this moment and at no other.
  using flush = vi.spyOn(Journal.prototype, "sync").mockImplementation(async () => {
    await sleep(20);
    throw new HostExhausted("The disk is full.");
  });
  const seen: RunEvent[] = [];
  const report = await runScenario({
    cases: { one: async ({ log }) => log.info("x"), two: async () => undefined, three: async () => undefined },
    session: { notifiers: [{ name: "seen", onEvent: (event) => void seen.push(event), close: async () => [] }] },
  });
  expect(flush).toHaveBeenCalled();
  expect(report).toMatchObject({ verdict: "passed", counts: { passed: 3 } });
  const written = readJournal(report.journal);
  expect(written.at(-1)?.type).toBe("run-finished");
  expect(written.map(({ seq }) => seq)).toEqual(written.map((_, index) => index + 1));
  expect(seen).toEqual(written);
});
