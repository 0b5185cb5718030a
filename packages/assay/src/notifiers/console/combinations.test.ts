import { expect, test } from "vitest";
import type { EventBody } from "../../events/types.ts";
import { consoleNotifier } from "./console-notifier.ts";

const CPU = { resultId: "Core.cpu[image=a]", suite: "Core", case: "cpu", combination: { image: "a" } };
const build = {
  transformer: "build",
  kind: "kernel_installer",
  phase: "expanded",
  folder: "transformers/1-build",
  combination: { image: "a" },
};
const ask = { transformer: "ask", kind: "script", phase: "environment_connected", folder: "transformers/2-ask" };
const STORY: readonly EventBody[] = [
  {
    type: "run-started",
    run: "r1",
    name: "n",
    version: "0",
    runbook: "r.yml",
    platform: "qemu",
    host: {},
    plan: [],
    excluded: [],
    isPlanOpen: true,
  },
  { type: "transformer-started", ...build },
  { type: "transformer-finished", ...build, message: "", outputs: {}, elapsedMs: 90_000 },
  {
    type: "plan-added",
    combination: { image: "a" },
    platform: "qemu",
    plan: [{ ...CPU, about: "", priority: 1, area: "core", timeoutMs: 1 }],
    excluded: [],
  },
  { type: "transformer-started", ...ask, environment: "qemu-1", node: "n0" },
  { type: "transformer-finished", ...ask, environment: "qemu-1", node: "n0", message: "no", outputs: {}, elapsedMs: 5 },
  {
    type: "case-finished",
    ...CPU,
    status: "PASSED",
    message: "",
    durationMs: 3000,
    rebootMs: 0,
    environment: "qemu-1",
  },
];

test("combinations and transformers are told in lines, and results with their combination", async () => {
  const written: string[] = [];
  const stream = { isTTY: false, write: (text: string) => written.push(text) > 0 };
  const notifier = consoleNotifier({ stream, isTty: false, color: false });
  for (const [seq, body] of STORY.entries()) notifier.onEvent({ ...body, seq, at: "2026-01-01T00:00:00.000Z" });
  expect(written.join("").trimEnd().split("\n")).toEqual([
    "run r1",
    "transformer build (expanded) on [image=a] …",
    "transformer build (expanded) on [image=a], 1 min 30 s",
    "[image=a]: 1 case on qemu",
    "transformer ask (environment_connected) on qemu-1 n0 …",
    "transformer ask (environment_connected) on qemu-1 n0 failed after 5 ms: no",
    "PASSED    Core.cpu[image=a]  3.0 s",
  ]);
  await notifier.close();
});
