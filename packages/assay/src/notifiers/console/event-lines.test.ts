import { expect, test } from "vitest";
import type { EventBody } from "../../events/types.ts";
import { makePaint } from "../paint.ts";
import { eventLines } from "./event-lines.ts";

const identity = { resultId: "S.a", suite: "S", case: "a" };

test.each<[EventBody, readonly string[]]>([
  [{ type: "case-evaluation", ...identity, evaluations: [] }, []],
  [
    { type: "case-evaluation", ...identity, evaluations: [], missed: "1 of 2 metrics miss their criteria." },
    ["S.a: 1 of 2 metrics miss their criteria."],
  ],
  // The result says the same.
  [{ type: "case-evaluation", ...identity, evaluations: [], missed: "1 of 2", isFailure: true }, []],
  [
    { type: "case-analysis", ...identity, by: "AI", text: "The disk\nis gone.\u001b[31m", elapsedMs: 1 },
    ["S.a, analysed by AI: The disk is gone."],
  ],
  [
    { type: "case-analysis", ...identity, by: "AI", text: "", problem: "There is no analysis: no ink", elapsedMs: 1 },
    ["S.a, analysed by AI: There is no analysis: no ink"],
  ],
])("%j leaves %j", (body, lines) => {
  expect(eventLines({ ...body, seq: 1, at: "" }, { isLive: false, paint: makePaint(false) })).toEqual(lines);
});
