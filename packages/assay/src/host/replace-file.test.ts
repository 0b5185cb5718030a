import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { replaceFile } from "./replace-file.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "assay-replace-"));

test("many writers at once leave one whole text and nothing else", async () => {
  const path = join(folder(), "deep", "answer.json");
  const texts = Array.from({ length: 50 }, (_, index) => `${index}`.repeat(10_000));
  await Promise.all(texts.map((text) => replaceFile(path, text)));
  expect(texts).toContain(readFileSync(path, "utf8"));
  expect(readdirSync(join(path, ".."))).toEqual(["answer.json"]);
});

test("a failure leaves no draft", async () => {
  const inside = folder();
  mkdirSync(join(inside, "taken", "full"), { recursive: true });
  await expect(replaceFile(join(inside, "taken"), "text")).rejects.toThrow(/EISDIR|ENOTEMPTY/);
  expect(readdirSync(inside)).toEqual(["taken"]);
});
