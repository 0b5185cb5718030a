import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { Completed } from "../node/shell/types.ts";
import { CaseFolder } from "./case-folder.ts";

const DONE: Completed = {
  command: ["true"],
  outcome: { kind: "exited", exitCode: 0 },
  exitCode: 0,
  stdout: "the word is hunter2",
  stderr: "",
  stdoutBytes: new Uint8Array(),
  isTruncated: false,
  durationMs: 1.4,
};

function fresh() {
  const run = mkdtempSync(join(tmpdir(), "assay-case-folder-"));
  const path = join(run, "cases", "S.c");
  const open = () => new CaseFolder(run, "cases/S.c", (text) => text.replaceAll("hunter2", "******"));
  return { path, open, read: (name: string) => readFileSync(join(path, name), "utf8") };
}

test("nothing is made before there is something to write", async () => {
  const { path, open } = fresh();
  await open()[Symbol.asyncDispose]();
  expect(existsSync(path)).toBe(false);
});

test("a case without commands leaves no file for them", async () => {
  const { path, open, read } = fresh();
  const folder = open();
  folder.log("info", "first");
  folder.log("warn", "second hunter2");
  await folder[Symbol.asyncDispose]();
  expect(readdirSync(path)).toEqual(["case.log"]);
  expect(read("case.log")).toMatch(/^\S+Z INFO first\n\S+Z WARN second \*{6}\n$/);
});

test("commands are told in their order, masked", async () => {
  const { open, read } = fresh();
  const folder = open();
  for (const description of ["one", "two"]) folder.command("n0", description, DONE, new Date(0));
  await folder[Symbol.asyncDispose]();
  const lines = read("commands.ndjson").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { command: "one", stdout: "the word is ******", durationMs: 1 },
    { command: "two", stdout: "the word is ******" },
  ]);
});

test("much text is written while the case goes on, and little text after a second", async () => {
  vi.useFakeTimers();
  try {
    const { open, read } = fresh();
    const folder = open();
    folder.log("info", "x".repeat(70_000));
    expect(read("case.log")).toHaveLength("1970-01-01T00:00:00.000Z INFO \n".length + 70_000);
    folder.log("info", "a little");
    expect(read("case.log")).not.toContain("a little");
    vi.advanceTimersByTime(1000);
    expect(read("case.log")).toMatch(/ INFO a little\n$/);
    folder.log("info", "the end");
    await folder[Symbol.asyncDispose]();
    expect(read("case.log")).toMatch(/a little\n\S+Z INFO the end\n$/);
  } finally {
    vi.useRealTimers();
  }
});

test("what stands there of a start that a power loss took out of the journal goes away", async () => {
  const { path, open, read } = fresh();
  mkdirSync(join(path, "artifacts"), { recursive: true });
  writeFileSync(join(path, "case.log"), "old\n");
  const folder = open();
  expect(await folder.artifact("new.txt", "hunter2")).toBe("cases/S.c/artifacts/new.txt");
  folder.log("info", "new");
  await folder[Symbol.asyncDispose]();
  expect(read("case.log")).toMatch(/^\S+Z INFO new\n$/);
  expect(readdirSync(join(path, "artifacts"))).toEqual(["new.txt"]);
});

test("what cannot be written is told in the end", async () => {
  const { path, open } = fresh();
  writeFileSync(join(path, ".."), "in the way");
  const folder = open();
  folder.log("info", "x");
  await expect(folder[Symbol.asyncDispose]()).rejects.toThrow("ENOTDIR");
});
