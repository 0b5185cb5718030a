import { closeSync, mkdtempSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isOpenForWriting } from "./open-for-writing.ts";

test("a file is open for writing while a process writes to it, not while one reads it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-open-"));
  const path = join(folder, "journal.ndjson");
  writeFileSync(path, "");
  symlinkSync(folder, `${folder}-link`);
  const reader = openSync(path, "r");
  expect(await isOpenForWriting(path)).toBe(false);
  const writer = openSync(path, "a");
  expect(await isOpenForWriting(join(`${folder}-link`, "journal.ndjson"))).toBe(true);
  closeSync(writer);
  expect(await isOpenForWriting(path)).toBe(false);
  closeSync(reader);
});
