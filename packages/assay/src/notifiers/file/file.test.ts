import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileNotifier } from "./file-notifier.ts";

test("every event is a line as soon as it happens", async () => {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-file-"));
  const notifier = fileNotifier({ runFolder, fileName: "messages.log" });
  const at = "2026-01-01T00:00:01.250Z";
  notifier.onEvent({ type: "notice", level: "warn", text: "two\nlines", seq: 1, at });
  const file = join(runFolder, "messages.log");
  expect(readFileSync(file, "utf8")).toBe('2026-01-01 00:00:01.250000: notice {"level":"warn","text":"two\\nlines"}\n');
  expect(await notifier.close()).toEqual([file]);
});
