import { expect, test } from "vitest";
import { fixture } from "./fixtures/fixture.ts";
import { parseUnitState, parseUnits } from "./systemctl.ts";

test("units with their states and descriptions", () => {
  const units = parseUnits(fixture("systemctl/units.txt"));
  expect(units.find(({ name }) => name === "chrony.service")).toEqual({
    name: "chrony.service",
    load: "loaded",
    active: "active",
    sub: "running",
    description: "chrony, an NTP client/server",
  });
  expect(units.filter(({ load }) => load === "masked").map(({ name }) => name)).toContain("cron.service");
});

test("failed units, with or without a mark before their name", () => {
  const failed = [
    { name: "broken.service", load: "loaded", active: "failed", sub: "failed", description: "broken.service" },
  ];
  expect(parseUnits(fixture("systemctl/failed.txt"))).toEqual(failed);
  expect(parseUnits(`● ${fixture("systemctl/failed.txt")}`)).toEqual(failed);
  expect(parseUnits("")).toEqual([]);
  expect(() => parseUnits("0 loaded units")).toThrow(/line '0 loaded units'/);
});

test("a unit that runs", () => {
  expect(parseUnitState(fixture("systemctl/show-active.txt"))).toEqual({
    name: "ssh.service",
    loadState: "loaded",
    activeState: "active",
    subState: "running",
    unitFileState: "enabled",
    result: "success",
    mainPid: 439,
    exists: true,
    isActive: true,
  });
  expect(parseUnitState(fixture("systemctl/show-alias.txt")).name).toBe("ssh.service");
});

test("units that failed, are masked or do not exist", () => {
  expect(parseUnitState(fixture("systemctl/show-failed.txt"))).toMatchObject({
    activeState: "failed",
    result: "exit-code",
    mainPid: undefined,
    isActive: false,
  });
  // Masking does not stop what runs already.
  expect(parseUnitState(fixture("systemctl/show-masked.txt"))).toMatchObject({ loadState: "masked", isActive: true });
  expect(parseUnitState(fixture("systemctl/show-missing.txt"))).toMatchObject({ exists: false, isActive: false });
  expect(() => parseUnitState("")).toThrow(/no 'Id='/);
});
