import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appendOutput, writeOutput } from "./write-output.ts";

const freshFolder = () => mkdtempSync(join(tmpdir(), "assay-output-"));

test("a file is replaced, and a link to it stays a link", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "real"), "old");
  symlinkSync("real", join(folder, "link"));
  await writeOutput(join(folder, "link"), "new");
  expect(readFileSync(join(folder, "real"), "utf8")).toBe("new");
  expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(["link", "real"]);
});

test("a pipe is written to and not replaced", async () => {
  const pipe = join(freshFolder(), "pipe");
  execFileSync("mkfifo", [pipe]);
  const [told] = await Promise.all([readFile(pipe, "utf8"), writeOutput(pipe, "text")]);
  expect(told).toBe("text");
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

test("what is added begins on a line of its own", async () => {
  const path = join(freshFolder(), "step.md");
  writeFileSync(path, "before");
  await appendOutput(path, "after\n");
  expect(readFileSync(path, "utf8")).toBe("before\nafter\n");
});

test.each(["folder", "file/below"])("'%s' takes no report, and the message says what to do", async (name) => {
  const folder = freshFolder();
  mkdirSync(join(folder, "folder"));
  writeFileSync(join(folder, "file"), "");
  await expect(writeOutput(join(folder, name), "text")).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringContaining(`The report cannot be written to '${join(folder, name)}': E`),
    help: "Choose a place that can be written with --output.",
  });
});
