import { readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import type { LeftBehind } from "../../packages/assay/src/platforms/platform.ts";
import { LocalGuests } from "../../packages/assay/src/testing/local-guests.ts";
import { runStaged, type StagedScenario } from "./run-staged.ts";

const scenario: StagedScenario = {
  runbook: "concurrency: 1\ntestcase: [{ criteria: { area: staged } }]",
  cases: { one: async () => undefined, two: async () => undefined },
};

test("a platform is told which machines a killed run had, and removes them before it makes new ones", async () => {
  const undisturbed = await runStaged(scenario);
  const lines = readFileSync(undisturbed.journal, "utf8").trimEnd().split("\n");
  const upTo = lines.findLastIndex((line) => line.includes('"type":"environment-ready"'));
  const [, second] = undisturbed.guests;
  const first = undisturbed.guests[0]?.name;
  const isFirstGone = lines.slice(0, upTo).some((line) => line.includes('"type":"environment-deleted"'));
  writeFileSync(undisturbed.journal, `${lines.slice(0, upTo + 1).join("\n")}\n`);

  const told: LeftBehind[] = [];
  const guests: LocalGuests = new LocalGuests({
    removeLeftBehind: (left) => {
      expect(guests.guests).toEqual([]);
      told.push(left);
      return left.environments;
    },
  });
  const { counts, events } = await runStaged({ ...scenario, guests, goesOn: undisturbed.journal });
  expect(counts.passed).toBe(2);
  expect(told).toMatchObject([
    { runFolder: dirname(undisturbed.journal), environments: [...(isFirstGone ? [] : [first]), second?.name] },
  ]);
  const texts = events.flatMap((event) => (event.type === "notice" ? [event.text] : []));
  expect(texts.filter((text) => text.includes("left behind"))).toHaveLength(1);
});

test("a run that was never cut off asks for nothing to be removed", async () => {
  const told: LeftBehind[] = [];
  const guests = new LocalGuests({
    removeLeftBehind: (left) => {
      told.push(left);
      return [];
    },
  });
  await runStaged({ ...scenario, guests });
  expect(told).toEqual([]);
});
