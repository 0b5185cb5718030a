import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ResultSummary } from "../events/folds/run-summary.ts";
import { summarizeRun } from "../events/folds/run-summary.ts";
import { readCaseEvidence } from "./case-evidence.ts";

const LIMITS = { commands: 3, outputLength: 40, serialLength: 100 };
let runFolder: string;

beforeEach(() => {
  runFolder = mkdtempSync(join(tmpdir(), "assay-evidence-"));
  mkdirSync(join(runFolder, "cases/Core.one/artifacts"), { recursive: true });
});
afterEach(() => rmSync(runFolder, { recursive: true, force: true }));

const inCase = (name: string): string => join(runFolder, "cases/Core.one", name);

function result(changes: Partial<ResultSummary> = {}): ResultSummary {
  const identity = { resultId: "Core.one", suite: "Core", case: "one" };
  const at = "2026-11-21T05:00:00.000Z";
  const [made] = summarizeRun([
    { type: "case-started", ...identity, environment: "qemu-1", folder: "cases/Core.one", seq: 1, at },
  ]).results;
  if (made === undefined) throw new Error("The fold gave no result.");
  return { ...made, ...changes };
}

test("commands are read in every form they may have, the last ones, with their output cut", async () => {
  const lines = [
    { command: "one", exitCode: 0 },
    { command: ["printf", "a b", "it's"], exitCode: 0, stdout: "x".repeat(1000) },
    { command: { kind: "shell-text", text: "a | b" }, outcome: { kind: "timed-out", afterMs: 5000 } },
    { command: "four", outcome: { kind: "signalled", signal: "SIGKILL" }, durationMs: 12 },
  ];
  writeFileSync(inCase("commands.ndjson"), `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"command": "to`);
  const { commands, earlierCommands } = await readCaseEvidence(runFolder, result(), { ...LIMITS, commands: 4 });
  expect(commands.map(({ command, outcome }) => [command, outcome])).toEqual([
    ["printf 'a b' 'it'\\''s'", "exit 0"],
    ["a | b", "timed out after 5 s"],
    ["four", "killed by SIGKILL"],
  ]);
  expect(commands[0]?.stdout).toContain("960 characters cut");
  expect(earlierCommands).toBe(1);
});

test("an artefact outside the run folder is not linked, whatever its name says", async () => {
  writeFileSync(inCase("artifacts/javascript:alert(1) #?.txt"), "text");
  const artifacts = ["../../etc/passwd", "/etc/passwd", "cases/Core.one/artifacts/javascript:alert(1) #?.txt"];
  const given = result({ artifacts: artifacts.map((path) => ({ name: path, path, sizeBytes: 4 })) });
  const { files } = await readCaseEvidence(runFolder, given, LIMITS);
  expect(files.map(({ href }) => href)).toEqual(["./cases/Core.one/artifacts/javascript%3Aalert(1)%20%23%3F.txt"]);
});

test("the serial tail of the event wins over the file, which is read from its end", async () => {
  writeFileSync(inCase("serial.log"), `${"old\n".repeat(1000)}newest\n`);
  expect((await readCaseEvidence(runFolder, result(), LIMITS)).serial).toMatch(
    /^… \d+ characters cut …\n(old\n)+newest\n$/,
  );
  expect((await readCaseEvidence(runFolder, result({ serialTail: "from the event" }), LIMITS)).serial).toBe(
    "from the event",
  );
});

test("the consoles of several nodes are linked one by one", async () => {
  for (const name of ["serial-web 1.log", "serial-db.log", "serial.txt"]) writeFileSync(inCase(name), "boot\n");
  const { files } = await readCaseEvidence(runFolder, result(), LIMITS);
  expect(files).toEqual([
    { name: "serial-db.log", href: "./cases/Core.one/serial-db.log", sizeBytes: 5 },
    { name: "serial-web 1.log", href: "./cases/Core.one/serial-web%201.log", sizeBytes: 5 },
  ]);
});

test("an empty folder and no folder give no evidence and no error", async () => {
  const nothing = { commands: [], earlierCommands: 0, serial: "", files: [] };
  expect(await readCaseEvidence(runFolder, result({ folder: "cases/gone" }), LIMITS)).toEqual(nothing);
  expect(await readCaseEvidence(runFolder, result({ folder: undefined }), LIMITS)).toEqual(nothing);
});
