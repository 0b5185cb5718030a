import { expect, test } from "vitest";
import { parseSources, parseTracking } from "./chronyc.ts";
import { fixture } from "./fixtures/fixture.ts";

test("a clock that is synchronised", () => {
  expect(parseTracking(fixture("chronyc/tracking-synchronised.txt"))).toMatchObject({
    reference: "7F000001 (127.0.0.1)",
    stratum: 9,
    leapStatus: "Normal",
    offsetSeconds: 0.000001451,
    isSynchronised: true,
  });
});

test("a clock that is not", () => {
  const tracking = parseTracking(fixture("chronyc/tracking-not-synchronised.txt"));
  expect(tracking).toMatchObject({ leapStatus: "Not synchronised", stratum: 0, isSynchronised: false });
  expect(parseTracking("System time     : 1.5 seconds slow of NTP time\nLeap status     : Normal").offsetSeconds).toBe(
    -1.5,
  );
  expect(() => parseTracking("506 Cannot talk to daemon")).toThrow(/506 Cannot talk/);
});

test("sources that answer and that do not", () => {
  expect(parseSources(fixture("chronyc/sources.txt"))).toEqual([
    { mode: "server", state: "selected", name: "127.0.0.1", stratum: 8, reach: 0o377 },
    { mode: "server", state: "unreachable", name: "127.0.0.9", stratum: 0, reach: 0 },
  ]);
  expect(parseSources("")).toEqual([]);
  expect(() => parseSources("503 No such source")).toThrow(/503 No such source/);
});
