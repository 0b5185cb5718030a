import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;

/** A checkout with the launcher alone, whose set-up tells what it is asked for and ends it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-launcher-"));
  copyFileSync(join(import.meta.dirname, "../../assay"), join(folder, "assay"));
  mkdirSync(join(folder, "script"));
  writeFileSync(join(folder, "script/bootstrap"), '#!/bin/sh\necho "$*"\nexit 3\n');
  chmodSync(join(folder, "script/bootstrap"), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["run", "run"],
  ["run", "resume"],
  ["run", "image build debian-12"],
  ["run", "-r x.yml"],
  ["run", "-v a:1 run -r x.yml"],
  ["run", "--image disk.qcow2"],
  ["node", ""],
  ["node", "plan -r run"],
  ["node", "-r x.yml check"],
  ["node", "-r x.yml --platform local"],
  ["node", "run --platform=ready"],
  ["node", "run --help"],
  ["node", "--version"],
])("it asks for the packages of '%s' for 'assay %s'", async (group, line) => {
  const given = line.split(" ").filter((word) => word !== "");
  const launched = promisify(execFile)(join(folder, "assay"), given).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(await launched).toMatchObject({ code: 3, stdout: `--quiet ${group}\n` });
});
