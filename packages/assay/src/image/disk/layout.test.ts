import fc from "fast-check";
import { expect, test } from "vitest";
import { planDisk } from "./layout.ts";

test("partitions never overlap, start on a MiB and leave room for both copies of the table", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 2048, max: 65_536 }),
      fc.integer({ min: 33, max: 1024 }),
      (seed, disk, efi) => {
        const { table } = planDisk(seed, disk, efi);
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
