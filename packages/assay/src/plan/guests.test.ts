import { expect, test } from "vitest";
import type { GuestSettings } from "../runbook/types.ts";
import { atLeast, exactly } from "../suite/count.ts";
import { guestSpaces } from "./guests.ts";

const position = { file: "r.yml", line: 1, column: 1 };
const guest = (more: Partial<GuestSettings> = {}): GuestSettings => ({
  position,
  type: "qemu",
  name: "",
  settings: {},
  ...more,
});
const hosts = [{ coreCount: exactly(8) }, { coreCount: exactly(4) }];
const cores = (guests: readonly GuestSettings[]) => guestSpaces(hosts, guests).map(({ coreCount }) => coreCount);

test("guests have what their hosts have, the first of each host first", () => {
  expect(cores([guest(), guest({ capability: { coreCount: exactly(2) } })])).toEqual([
    exactly(8),
    exactly(4),
    exactly(2),
    exactly(2),
  ]);
});

test("an entry stands for as many guests as its count says at least", () => {
  const spaces = guestSpaces(hosts, [guest({ capability: { nodeCount: atLeast(3) } })]);
  expect(spaces.map(({ coreCount, nodeCount }) => [coreCount, nodeCount])).toEqual(
    [8, 4, 8, 4, 8, 4].map((count) => [exactly(count), undefined]),
  );
});

test("a guest that does not take after its host has what it says and may have the rest", () => {
  const [space] = guestSpaces([{ memoryMb: exactly(512) }], [guest({ settings: { use_parent_capability: false } })]);
  expect(space?.memoryMb).not.toEqual(exactly(512));
});
