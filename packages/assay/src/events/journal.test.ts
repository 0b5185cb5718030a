import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Notifier } from "../notifiers/notifier.ts";
import { EventStream } from "./event-stream.ts";
import { Journal, readJournal, readWholeLines } from "./journal.ts";
import { makeMask } from "./mask.ts";
import type { RunEvent } from "./types.ts";

const freshPath = () => join(mkdtempSync(join(tmpdir(), "assay-journal-")), "journal.ndjson");

function stream(journal: Journal, notifiers: readonly Notifier[] = []): EventStream {
  return new EventStream({ journal, notifiers, mask: makeMask(["hunter2"]), now: () => new Date(0) });
}

test("events are numbered, stamped, masked and read back", () => {
  using journal = new Journal(freshPath());
  const { emit } = stream(journal);
  emit({ type: "notice", level: "info", text: "the password is hunter2" });
  emit({ type: "notice", level: "warn", text: "b" });
  expect(readJournal(journal.path)).toEqual([
    { type: "notice", level: "info", text: "the password is ******", seq: 1, at: "1970-01-01T00:00:00.000Z" },
    { type: "notice", level: "warn", text: "b", seq: 2, at: "1970-01-01T00:00:00.000Z" },
  ]);
});

test("an event that is no JSON is the fault of who says it, and takes no number", () => {
  using journal = new Journal(freshPath());
  const { emit } = stream(journal);
  const metric = { type: "case-metric", resultId: "S.a", suite: "S", case: "a", name: "size", unit: "B" } as const;
  // Suites are written in JavaScript as well.
  const value = 5n as unknown as number;
  expect(() => emit({ ...metric, value })).toThrow(TypeError);
  emit({ type: "notice", level: "info", text: "a" });
  expect(readJournal(journal.path)).toMatchObject([{ text: "a", seq: 1 }]);
});

test("who is closed hears no more of what others fail with", async () => {
  using journal = new Journal(freshPath());
  const heard: string[] = [];
  const done: Notifier = { name: "done", onEvent: ({ type }) => heard.push(type), close: async () => [] };
  const late: Notifier = { name: "late", onEvent: () => undefined, close: () => Promise.reject(new Error("no ink")) };
  expect(await stream(journal, [done, late]).close()).toEqual(new Map([["done", []]]));
  expect([heard, readJournal(journal.path).length]).toEqual([[], 1]);
});

test("a torn last line is dropped, everything before it stands", () => {
  using journal = new Journal(freshPath());
  stream(journal).emit({ type: "notice", level: "info", text: "a" });
  appendFileSync(journal.path, '{"type":"notice","lev');
  expect(readJournal(journal.path)).toHaveLength(1);
});

test.each(["not json", "12", "null", '{"at":"x"}', "\0\0\0\0"])(
  "the last line %j is torn, the same line before others is damage that is told with its number",
  (line) => {
    using journal = new Journal(freshPath());
    const { emit } = stream(journal);
    emit({ type: "notice", level: "info", text: "a" });
    appendFileSync(journal.path, `${line}\n`);
    expect(readJournal(journal.path)).toHaveLength(1);
    emit({ type: "notice", level: "info", text: "b" });
    expect(() => readJournal(journal.path)).toThrow(
      expect.objectContaining({
        code: "JOURNAL_UNREADABLE",
        message: `The journal '${journal.path}' is damaged: line 2 is no event.`,
        help: expect.stringContaining("head -n 1 journal.ndjson"),
      }),
    );
  },
);

const line = (text: string): string => `${JSON.stringify({ type: "notice", at: "x", level: "info", text })}\n`;
/** Longer than what is read at once, with letters of several bytes where the parts meet. */
const LONG = "ä€😀".repeat(300_000);

test.each<[string, string, number, number, boolean]>([
  ["nothing", "", 0, 0, true],
  ["ends of lines alone", "\n\n", 0, 0, true],
  ["one line without its end", line("a").trimEnd(), 1, 1, false],
  ["two lines", line("a") + line("b"), 2, 2, true],
  ["ends of lines behind the last one", `${line("a")}\n\n`, 1, 1, true],
  ["long lines", line(LONG) + line("b") + line(LONG), 3, 3, true],
  ["a long torn line", line("a") + line(LONG).slice(0, -40), 1, 1, true],
])("a journal of %s is read line by line", (_, content, events, wholeLines, endsLine) => {
  const path = freshPath();
  appendFileSync(path, content);
  const read = readWholeLines(path);
  const whole = content
    .split("\n")
    .slice(0, wholeLines)
    .map((each) => each + (endsLine ? "\n" : ""))
    .join("");
  expect([[...read.events].length, read.sizeBytes, read.endsLine]).toEqual([
    events,
    Buffer.byteLength(whole),
    endsLine,
  ]);
  expect([...read.events].map((event) => (event.type === "notice" ? event.text : ""))).toEqual(
    whole
      .split("\n")
      .filter(Boolean)
      .map((each) => JSON.parse(each).text),
  );
});

test("events that are read again are those of the first time, whatever was written since", () => {
  const path = freshPath();
  appendFileSync(path, line("a"));
  const { events } = readWholeLines(path);
  appendFileSync(path, line("b"));
  expect([...events]).toHaveLength(1);
});

test("a journal that is not there cannot be read", () => {
  expect(() => readJournal("/nowhere/journal.ndjson")).toThrow(
    /^The journal '\/nowhere\/journal.ndjson' cannot be read: ENOENT/,
  );
});

test("what is wrong with the disk is told as that, and not as a defect of assay", () => {
  // It can be opened and not cut.
  expect(() => new Journal("/dev/null", { events: [], sizeBytes: 0, endsLine: true })).toThrow(
    expect.objectContaining({
      code: "JOURNAL_UNWRITABLE",
      message: expect.stringMatching(/^The journal '\/dev\/null' cannot be written: EINVAL/),
      help: expect.stringContaining("assay resume"),
    }),
  );
});

test("a journal is never written over", () => {
  const path = freshPath();
  using first = new Journal(path);
  expect(() => new Journal(path)).toThrow("EEXIST");
  expect(first.path).toBe(path);
});

test("a notifier that does not end is left behind, and the others still close", async () => {
  using journal = new Journal(freshPath());
  const never = Promise.withResolvers<never>();
  const hangs: Notifier = { name: "hangs", onEvent: () => undefined, close: () => never.promise };
  const full: Notifier = {
    name: "full",
    onEvent: () => undefined,
    close: () => Promise.reject(Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" })),
  };
  const good: Notifier = { name: "good", onEvent: () => undefined, close: async () => ["made.xml"] };
  const events = new EventStream({ journal, notifiers: [hangs, full, good], mask: String, closeLimitMs: 20 });
  expect(await events.close()).toEqual(new Map([["good", ["made.xml"]]]));
  expect([...readJournal(journal.path)].map((event) => (event.type === "notice" ? event.text : ""))).toEqual([
    "The notifier 'hangs' failed and was switched off: it was not over after 0.02 s",
    "The notifier 'full' failed and was switched off: ENOSPC: no space left on device",
  ]);
});

test("a notifier that throws is switched off and the others hear of it", async () => {
  using journal = new Journal(freshPath());
  const heard: RunEvent[] = [];
  let calls = 0;
  const broken: Notifier = {
    name: "broken",
    onEvent() {
      calls++;
      throw new Error("no ink");
    },
    close: async () => ["never"],
  };
  const good: Notifier = { name: "good", onEvent: (event) => heard.push(event), close: async () => ["made.xml"] };
  const events = stream(journal, [broken, good]);
  events.emit({ type: "notice", level: "info", text: "a" });
  events.emit({ type: "notice", level: "info", text: "b" });
  expect(calls).toBe(1);
  const texts = heard.map((event) => (event.type === "notice" ? event.text : ""));
  expect(texts).toEqual(["a", "The notifier 'broken' failed and was switched off: no ink", "b"]);
  expect(await events.close()).toEqual(new Map([["good", ["made.xml"]]]));
});
