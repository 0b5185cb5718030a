import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventBody } from "../../events/types.ts";
import { azureUsageCounter } from "./azure-usage-counter.ts";

const started: EventBody = {
  type: "run-started",
  run: "r1",
  name: "n",
  version: "0",
  runbook: "r.yml",
  platform: "qemu",
  host: {},
  plan: [],
  excluded: [],
};
const ready = (environment: string, cores: readonly number[], facts: Record<string, string> = {}): EventBody => ({
  type: "environment-ready",
  environment,
  elapsedMs: 1,
  facts,
  nodes: cores.map((_, index) => `node-${index}`),
  capabilities: cores.map((count) => ({ cores: count, memoryMb: 1024 })),
});
const deleted = (environment: string): EventBody => ({ type: "environment-deleted", environment, elapsedMs: 1 });
const D = { vmsize: "Standard_D2s_v5", vm_family: "standardDSv5Family" };
const resumed: EventBody = { type: "run-resumed", version: "0", host: {}, again: [], cutOffAt: "", changes: [] };

test.each<[what: string, story: readonly EventBody[], past: number, peaks: object]>([
  ["nothing", [], 0, {}],
  ["one", [ready("a", [2])], 0, { qemu: 2 }],
  ["one after the other", [ready("a", [2]), deleted("a"), ready("b", [2]), deleted("b")], 0, { qemu: 2 }],
  ["at once, one with two nodes", [ready("a", [2]), ready("b", [2, 4]), deleted("a")], 0, { qemu: 8 }],
  ["by family", [ready("a", [2], D), ready("b", [4])], 0, { standardDSv5Family: 2, qemu: 4 }],
  ["by size where there is no family", [ready("a", [2], { vmsize: "m5" })], 0, { m5: 2 }],
  ["one that failed to come", [deleted("x"), ready("a", [2])], 0, { qemu: 2 }],
  ["gone on with: what was there is gone", [ready("a", [2]), resumed, ready("b", [2])], 1, { qemu: 2 }],
])("peak cores of %s", async (_what, story, past, peaks) => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-usage-"));
  const notifier = azureUsageCounter({ runFolder, fileName: "usage.json" });
  for (const [index, body] of [started, ...story].entries()) {
    const event = { ...body, seq: index + 1, at: "2026-01-01T00:00:00.000Z" };
    if (index <= past) notifier.onPastEvent?.(event);
    else notifier.onEvent(event);
  }
  const file = join(runFolder, "environments/usage.json");
  expect(await notifier.close()).toEqual([file]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(peaks);
});

test("what came and went is listed", async () => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-usage-"));
  const notifier = azureUsageCounter({ runFolder, fileName: "usage.json" });
  for (const body of [ready("a", [2], D), ready("b", [4], D), deleted("a")]) {
    notifier.onEvent({ ...body, seq: 1, at: "" });
  }
  await notifier.close();
  const log = readFileSync(join(runFolder, "environments/azure_usage_counter_collection.log"), "utf8");
  expect(log.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["name", "node", "status", "vm_size", "vm_family", "cores", "current cores", "max cores"],
    ["a", "node-0", "Deployed", "Standard_D2s_v5", "standardDSv5Family", "2", "2", "2"],
    ["b", "node-0", "Deployed", "Standard_D2s_v5", "standardDSv5Family", "4", "6", "6"],
    ["a", "node-0", "Deleted", "Standard_D2s_v5", "standardDSv5Family", "2", "4", "6"],
    [""],
  ]);
});
