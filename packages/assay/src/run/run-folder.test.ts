import { mkdtempSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UsageError } from "../errors/catalogue.ts";
import { RunFolder } from "./run-folder.ts";

const root = () => mkdtempSync(join(tmpdir(), "assay-runs-"));
const now = new Date("2026-01-02T03:04:05.678Z");

test("two runs in one second get two folders, and latest is the newer one", () => {
  const parent = root();
  expect(RunFolder.create(parent, "my book/1", now).run).toBe("20260102-030405-my-book-1");
  expect(RunFolder.create(parent, "my book/1", now).run).toBe("20260102-030405-my-book-1-2");
  expect(readlinkSync(join(parent, "latest"))).toBe("20260102-030405-my-book-1-2");
});

test("facts are replaced as a whole", () => {
  const folder = RunFolder.create(root(), "..", now);
  folder.writeFacts({ a: 1 });
  folder.writeFacts({ b: 2 });
  expect(JSON.parse(readFileSync(join(folder.path, "run.json"), "utf8"))).toEqual({ b: 2 });
});

test("a root that is a file is a clear error", () => {
  const file = join(root(), "file");
  writeFileSync(file, "");
  expect(() => RunFolder.create(file, "x", now)).toThrow(UsageError);
});
