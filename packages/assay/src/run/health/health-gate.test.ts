import { expect, test } from "vitest";
import type { EventBody } from "../../events/types.ts";
import { HealthGate } from "./health-gate.ts";

const settings = { opensAfter: 1, firstPauseMs: 1, longestPauseMs: 1, mostProbes: 5 };

test("a probe that ended without saying anything is not told as a failure, and the next one is let through", async () => {
  const told: EventBody[] = [];
  const gate = new HealthGate({ name: "platform 'p'", settings, emit: (event) => told.push(event) });
  const signal = AbortSignal.timeout(10_000);
  gate.tryEnter()?.failed("no room");
  await gate.change(signal);
  gate.tryEnter()?.abandoned();
  await gate.change(signal);
  gate.tryEnter()?.succeeded();
  const texts = told.map((event) => (event.type === "health-changed" ? event.text : ""));
  expect(texts[0]).toMatch(/failed 1 times in a row/);
  expect(texts.filter((text) => text.includes("still fails"))).toEqual([]);
  expect(texts.at(-1)).toMatch(/works again/);
});
