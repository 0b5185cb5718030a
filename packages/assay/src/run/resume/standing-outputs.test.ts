import { expect, test } from "vitest";
import type { EventBody, EventOf } from "../../events/types.ts";
import type { TransformerPhase } from "../../runbook/types.ts";
import { StandingOutputs } from "./standing-outputs.ts";

const at = "2026-01-01T00:00:00.000Z";
const identity = (name: string, phase: string, combination?: Readonly<Record<string, string>>) => ({
  transformer: name,
  kind: "script",
  phase,
  folder: `transformers/1-${name}`,
  ...(combination && { combination }),
});
const began = (name: string, phase = "init", combination?: Readonly<Record<string, string>>): EventBody => ({
  type: "transformer-started",
  ...identity(name, phase, combination),
});
const ended = (name: string, phase = "init", more: Partial<EventOf<"transformer-finished">> = {}): EventBody => ({
  ...{ outputs: { [`${name}_x`]: "1" }, message: "", elapsedMs: 1 },
  ...more,
  type: "transformer-finished",
  ...identity(name, phase, more.combination),
});
const resumed = (...changes: readonly string[]): EventBody => ({
  type: "run-resumed",
  version: "0",
  host: {},
  again: [],
  cutOffAt: at,
  changes,
});

const a = { size: "a" };
const b = { size: "b" };
const hidden = { size: "******" };

/** Transformers `[phase, name, values]` in their order, and those of them that stand. */
test.each<
  [string, readonly EventBody[], readonly [TransformerPhase, string, Readonly<Record<string, string>>?][], string]
>([
  ["what finished stands", [ended("one")], [["init", "one"]], "one"],
  ["what was cut off runs again", [began("one")], [["init", "one"]], ""],
  ["what failed runs again", [ended("one", "init", { message: "no" })], [["init", "one"]], ""],
  ["what gave a secret runs again", [ended("one", "init", { hidden: ["one_x"] })], [["init", "one"]], ""],
  [
    "what comes after one that runs again runs again as well",
    [ended("two"), ended("three", "expanded", { combination: a })],
    [
      ["init", "one"],
      ["init", "two"],
      ["expanded", "three", a],
    ],
    "",
  ],
  ["what was cleaned up runs again", [ended("one"), began("last", "cleanup")], [["init", "one"]], ""],
  [
    "the clean-up of one combination leaves the others and what came before",
    [
      ended("one"),
      ended("two", "expanded", { combination: a }),
      ended("two", "expanded", { combination: b }),
      began("after", "expanded_cleanup", a),
    ],
    [
      ["init", "one"],
      ["expanded", "two", a],
      ["expanded", "two", b],
    ],
    "one two",
  ],
  [
    "what a changed runbook had set does not stand later either",
    [ended("one"), resumed("It was changed."), ended("two")],
    [
      ["init", "one"],
      ["init", "two"],
    ],
    "",
  ],
  [
    "what ran before another one was done again is stale",
    [ended("one"), ended("two"), ended("three"), resumed(), began("two"), ended("two"), resumed()],
    [
      ["init", "one"],
      ["init", "two"],
      ["init", "three"],
    ],
    "one two",
  ],
  [
    "combinations that cannot be told apart run again",
    [ended("two", "expanded", { combination: hidden })],
    [["expanded", "two", hidden]],
    "",
  ],
  ["machines are new", [ended("one", "environment_connected")], [["environment_connected", "one"]], ""],
])("%s", (_, events, asked, standing) => {
  const outputs = new StandingOutputs();
  for (const [index, event] of events.entries()) outputs.apply({ ...event, seq: index + 1, at });
  const stands = asked.filter(([phase, name, values]) => outputs.take({ phase, name }, values) !== undefined);
  expect(stands.map(([, name]) => name).join(" ")).toBe(standing);
});

test("values keep their types", () => {
  const outputs = new StandingOutputs();
  const told = { outputs: { count: "5", text: "5", list: '["a"]' }, json: ["count", "list"] };
  outputs.apply({ ...ended("one", "init", told), seq: 1, at });
  expect(outputs.take({ phase: "init", name: "one" }, undefined)).toMatchObject([
    { name: "count", value: 5 },
    { name: "text", value: "5" },
    { name: "list", value: ["a"] },
  ]);
});
