import { expect, test } from "vitest";
import { BoundedLog } from "./bounded-log.ts";

const line = (text: string) => ({ at: "2026-11-21T05:00:00.000Z", level: "info" as const, text });

test("a short log is kept whole", () => {
  const log = new BoundedLog();
  for (let count = 0; count < 500; count += 1) log.push(line(String(count)));
  expect(log.lines.length).toBe(500);
  expect(log.dropped).toBe(0);
});

test("a long log keeps its beginning and its end and counts the rest", () => {
  const log = new BoundedLog();
  for (let count = 0; count < 10_000; count += 1) log.push(line(String(count)));
  const texts = log.lines.map(({ text }) => text);
  expect([texts[0], texts[99], texts[100], texts.at(-1)]).toEqual(["0", "99", "9600", "9999"]);
  expect(texts.length + log.dropped).toBe(10_000);
});

test("a line of a megabyte is cut", () => {
  const log = new BoundedLog();
  log.push(line("x".repeat(1_000_000)));
  expect(log.lines[0]?.text.length).toBeLessThan(4100);
  expect(log.lines[0]?.text).toContain("996000 characters cut");
});

test("a log that is shortened keeps its beginning and its end and counts the rest", () => {
  const log = new BoundedLog();
  for (let count = 0; count < 1000; count += 1) log.push(line(String(count)));
  log.shorten();
  const texts = log.lines.map(({ text }) => text);
  expect([texts[0], texts[9], texts[10], texts.at(-1)]).toEqual(["0", "9", "980", "999"]);
  expect([log.dropped, log.length]).toEqual([970, texts.join("").length]);
});
