import fc from "fast-check";
import { expect, test } from "vitest";
import { planDisk } from "./layout.ts";

test("partitions never overlap, start on a MiB and leave room for both copies of the table", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 2048, max: 65_536 }),
      fc.integer({ min: 33, max: 1024 }),
      fc.constantFrom("amd64" as const, "arm64" as const),
      (seed, disk, efi, architecture) => {
        const { table } = planDisk(seed, disk, efi, architecture);
        const inOrder = table.partitions.toSorted((a, b) => a.firstSector - b.firstSector);
        let free = 34;
        for (const { firstSector, lastSector } of inOrder) {
          expect(firstSector).toBeGreaterThanOrEqual(free);
          expect(firstSector % 2048).toBe(0);
          expect(lastSector).toBeGreaterThan(firstSector);
          free = lastSector + 1;
        }
        expect(free).toBeLessThanOrEqual(table.diskSectors - 33);
      },
    ),
  );
});

test("equal seeds give equal identifiers, others differ in every one", () => {
  const ids = (seed: string): readonly string[] => {
    const { efiSerial, rootId, table } = planDisk(seed, 4096, 124);
    return [rootId, efiSerial, table.diskId, ...table.partitions.map(({ id }) => id)];
  };
  expect(ids("a")).toEqual(ids("a"));
  expect(new Set([...ids("a"), ...ids("b")]).size).toBe(12);
});

test("the root says for which processors it is, and only amd64 has a place for a BIOS loader", () => {
  const plans = (["amd64", "arm64"] as const).map((architecture) => planDisk("a", 4096, 124, architecture));
  // As systemd-gpt-auto-generator(8) lists them.
  expect(plans.map(({ root }) => root.type)).toEqual([
    "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
    "b921b045-1df0-41c3-af44-4c6f280d3fae",
  ]);
  const numbers = plans.map(({ table }) => table.partitions.map(({ number }) => number).toSorted((a, b) => a - b));
  expect(numbers).toEqual([
    [1, 14, 15],
    [1, 15],
  ]);
});
