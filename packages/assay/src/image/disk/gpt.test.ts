import { execFile } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { guidBytes, layOutGpt } from "./gpt.ts";
import { planDisk } from "./layout.ts";

test("a GUID's first three groups are little endian", () => {
  expect(guidBytes("c12a7328-f81f-11d2-ba4b-00a0c93ec93b").toString("hex")).toBe("28732ac11ff8d211ba4b00a0c93ec93b");
  expect(() => guidBytes("c12a7328")).toThrow("'c12a7328' is not a GUID.");
});

test("sfdisk reads the table as it was planned and finds nothing to complain about", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-gpt-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "disk.raw");
  const { table } = planDisk("seed", 256, 64);
  const disk = await open(path, "wx");
  await disk.truncate(table.diskSectors * 512);
  for (const { bytes, offsetBytes } of layOutGpt(table)) await disk.write(bytes, 0, bytes.length, offsetBytes);
  await disk.close();

  const sfdisk = (option: string) => promisify(execFile)("/sbin/sfdisk", [option, path]);
  const { partitiontable } = JSON.parse((await sfdisk("--json")).stdout);
  expect((await sfdisk("--verify")).stdout).toContain("No errors detected.");

  expect(partitiontable).toMatchObject({ label: "gpt", id: table.diskId.toUpperCase() });
  expect(partitiontable.partitions).toEqual(
    table.partitions
      .toSorted((a, b) => a.number - b.number)
      .map(({ firstSector, id, lastSector, name, number, type }) => ({
        node: `${path}${number}`,
        start: firstSector,
        size: lastSector - firstSector + 1,
        type: type.toUpperCase(),
        uuid: id.toUpperCase(),
        name,
      })),
  );
});
