import { expect, test } from "vitest";
import type { FinalStatus } from "../../events/types.ts";
import { Tally } from "./tally.ts";

test.each<[readonly FinalStatus[], object | undefined]>([
  [[], undefined],
  [["FAILED"], undefined],
  [["PASSED", "PASSED"], undefined],
  [["FAILED", "SKIPPED"], undefined],
  [["FAILED", "FAILED", "FAILED"], { attempts: 3, failures: 3, rate: 1, high: 1, label: "broken" }],
  [["FAILED", "PASSED", "SKIPPED", "PASSED", "FAILED"], { attempts: 4, failures: 2, rate: 0.5, label: "flaky" }],
  [["ATTEMPTED", "PASSED"], { attempts: 2, failures: 1, label: "flaky" }],
])("%j", (statuses, wanted) => {
  const tally = new Tally();
  for (const status of statuses) tally.add(status);
  const repetition = tally.repetition();
  if (wanted === undefined) expect(repetition).toBeUndefined();
  else expect(repetition).toMatchObject(wanted);
});
