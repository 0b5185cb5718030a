import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { HostExhausted } from "../../errors/catalogue.ts";
import type { EventBody } from "../../events/types.ts";
import type { PlanEntry } from "../../plan/plan.ts";
import { type CaseBody, suite } from "../../suite/suite.ts";
import { LocalGuests } from "../../testing/local-guests.ts";
import { DEFAULT_AFTERCARE } from "../aftercare.ts";
import { runResources } from "../deploy/run-resources.ts";
import { DEFAULT_CIRCUIT } from "../health/circuit.ts";
import { RunFolder } from "../run-folder.ts";
import { WorkerSlots } from "../worker-slots.ts";
import { schedule } from "./schedule.ts";
import type { ScheduleOptions } from "./schedule-options.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function entriesOf(cases: Readonly<Record<string, CaseBody>>): readonly PlanEntry[] {
  const made = suite("Scheduled", { area: "test", about: "A suite." }, ({ test: define }) => {
    for (const [name, body] of Object.entries(cases)) define(name, { about: "A case.", priority: 1 }, body);
  });
  return made.cases.map((each) => ({
    resultId: `Scheduled.${each.name}`,
    case: each,
    timeoutMs: 10_000,
    ...{ retry: 0, tier: 1, ignoreFailure: false, useNewEnvironment: false },
  }));
}

function optionsOf(
  cases: Readonly<Record<string, CaseBody>>,
  more: Partial<ScheduleOptions> = {},
): ScheduleOptions & { readonly platform: LocalGuests; readonly events: readonly EventBody[] } {
  const root = mkdtempSync(join(tmpdir(), "assay-schedule-"));
  folders.push(root);
  const events: EventBody[] = [];
  const emit = (event: EventBody): void => void events.push(event);
  return {
    entries: entriesOf(cases),
    concurrency: 2,
    deployRetry: 0,
    waitResourceMs: 0,
    circuit: DEFAULT_CIRCUIT,
    resources: runResources("off", emit),
    machines: {},
    folder: RunFolder.create(root, "scheduled", new Date()),
    variables: () => ({}),
    isStoppedByFailure: false,
    startsBefore: () => 0,
    failedBefore: undefined,
    nextEnvironment: () => events.length,
    mask: (text) => text,
    aftercare: { ...DEFAULT_AFTERCARE, diagnosticsMs: 0, pollution: "off" },
    disk: { room: async () => undefined, isCauseOf: (_error): _error is HostExhausted => false },
    signal: new AbortController().signal,
    ...more,
    platform: new LocalGuests(),
    emit,
    events,
  };
}

test("what ends a run for one worker waits for what the others have begun", async () => {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  let starts = 0;
  const body: CaseBody = async () => {
    begun.resolve();
    await end.promise;
  };
  const options = optionsOf(
    { one: body, two: body, three: body },
    {
      variables() {
        starts += 1;
        if (starts === 2) throw new TypeError("a defect");
        return {};
      },
    },
  );
  let isOver = false;
  const scheduled = schedule(options).finally(() => {
    isOver = true;
  });
  scheduled.catch(() => undefined);
  await begun.promise;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isOver).toBe(false);
  end.resolve();
  await expect(scheduled).rejects.toThrow("a defect");
  expect(options.platform.guests.map(({ isDeleted }) => isDeleted)).toEqual([true, true]);
  const finished = options.events.filter(({ type }) => type === "case-finished");
  expect(finished).toHaveLength(1);
});

test("the result of a case stays when the disk is full while it is repeated", async () => {
  let starts = 0;
  const full = new HostExhausted("The disk is full.");
  const options = optionsOf(
    { bad: async ({ fail }) => fail("it is broken"), good: async () => undefined },
    {
      concurrency: 1,
      aftercare: { diagnosticsMs: 0, pollution: "off", repeatFailures: 3 },
      variables() {
        starts += 1;
        if (starts === 2) throw full;
        return {};
      },
    },
  );
  const { finished } = await schedule(options);
  expect(finished.map(({ status, message }) => [status, message])).toEqual([
    ["FAILED", "it is broken"],
    ["PASSED", ""],
  ]);
  const texts = options.events.flatMap((event) => (event.type === "notice" ? [event.text] : []));
  expect(texts).toEqual(["Scheduled.bad is not repeated further: The disk is full."]);
});

test("the next combination is told of the room that is left once the workers have theirs", async () => {
  const slots = new WorkerSlots(2);
  const order: string[] = [];
  const signal = new AbortController().signal;
  let room: Promise<unknown> = Promise.resolve();
  const onQueued = (): void => {
    room = slots.room(signal).then(() => order.push("room"));
  };
  const body: CaseBody = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push("case");
  };
  await schedule(optionsOf({ one: body, two: body, three: body }, { shared: { slots, rank: 1, onQueued } }));
  await room;
  expect(order.indexOf("room")).toBeGreaterThan(0);
});
