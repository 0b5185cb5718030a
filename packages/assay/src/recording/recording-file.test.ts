import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { RecordingUnreadable } from "../errors/catalogue.ts";
import { readRecording, writeRecording } from "./recording-file.ts";

const HEADER = {
  kind: "recording",
  format: 1,
  resultId: "Suite.case",
  suite: "Suite",
  case: "case",
  startedAt: "2026-11-21T08:00:00.000Z",
  timeoutMs: 0,
  ignoreFailure: false,
  variables: {},
  environment: { name: "one", facts: {}, nodes: [] },
};
const FINISHED = { kind: "finished", at: 1, status: "PASSED", message: "" };
const path = join(mkdtempSync(join(tmpdir(), "assay-recording-")), "recording.ndjson.gz");

test("what was written is read again", async () => {
  await writeRecording(
    path,
    [HEADER, FINISHED].map((line) => JSON.stringify(line)),
  );
  expect(await readRecording(path)).toEqual({ header: HEADER, entries: [FINISHED] });
});

const lines = (...all: readonly unknown[]): Buffer => gzipSync(all.map((line) => JSON.stringify(line)).join("\n"));

test.each<[string, Uint8Array, string]>([
  ["no gzip file", Buffer.from("text"), "incorrect header check"],
  ["a file that was cut off", lines(HEADER, FINISHED).subarray(0, 60), "unexpected end of file"],
  ["no JSON", gzipSync("{"), "JSON"],
  ["something else in JSON", lines({ kind: "other" }), "its first line is not that of a recording"],
  ["an empty file", gzipSync(""), "its first line is not that of a recording"],
  ["a format of the future", lines({ ...HEADER, format: 2 }, FINISHED), "has format 2"],
  ["a line of another kind", lines(HEADER, { kind: "what" }, FINISHED), "its line 2 is none of a recording"],
  ["a recording without its end", lines(HEADER), "it has no verdict"],
])("%s is refused with a message", async (_name, bytes, message) => {
  writeFileSync(path, bytes);
  const error = await readRecording(path).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(RecordingUnreadable);
  expect(String(error)).toContain(message);
  expect(String(error)).toContain(path);
  expect(readFileSync(path).equals(bytes)).toBe(true);
});
