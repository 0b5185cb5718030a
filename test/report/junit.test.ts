import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ResultSummary, summarizeRun } from "../../packages/assay/src/events/folds/run-summary.ts";
import type { RunEvent } from "../../packages/assay/src/events/types.ts";
import { junitDocument } from "../../packages/assay/src/notifiers/junit/junit-document.ts";
import { junitNotifier } from "../../packages/assay/src/notifiers/junit/junit-notifier.ts";
import { printable } from "../../packages/assay/src/notifiers/printable.ts";
import { writeRealisticRun } from "./fixtures/realistic-run.ts";
import { findAll, objectionsOf, readXml } from "./read-xml.ts";

let runFolder: string;
let events: readonly RunEvent[];

beforeAll(() => {
  runFolder = mkdtempSync(join(tmpdir(), "assay-junit-"));
  events = writeRealisticRun(runFolder);
});
afterAll(() => rmSync(runFolder, { recursive: true, force: true }));

test("the notifier writes a valid document with every result in it", async () => {
  const notifier = junitNotifier({ runFolder });
  for (const event of events) notifier.onEvent(event);
  expect(await notifier.close()).toEqual([join(runFolder, "junit.xml")]);
  const document = readFileSync(join(runFolder, "junit.xml"), "utf8");
  expect(objectionsOf(document)).toBe("");
  const root = readXml(document);
  expect(root.attributes).toEqual({ name: "default", tests: "30", failures: "2", errors: "1", time: "223.659" });
  expect(findAll(root, "testcase").length).toBe(30);
  expect(
    findAll(root, "testsuite").map(({ attributes }) => [attributes.name, attributes.tests, attributes.skipped]),
  ).toEqual([
    ["Provisioning", "3", "0"],
    ["CPU", "3", "2"],
    ["AzureImageStandard", "12", "0"],
    ["KernelDebug", "3", "1"],
    ["Storage", "4", "0"],
    ["TimeSync", "3", "1"],
    ["SerialConsole", "2", "0"],
  ]);
});

test("parts of cases are cases of their own when wanted, and their time is not counted twice", () => {
  const summary = summarizeRun(events);
  const parts = summary.results.flatMap(({ subtests }) => subtests);
  const document = junitDocument(summary, { hasSubtests: true });
  expect(objectionsOf(document)).toBe("");
  const root = readXml(document);
  const rows = findAll(root, "testcase");
  expect(parts.length).toBeGreaterThan(0);
  expect(rows.length).toBe(summary.results.length + parts.length);
  const total = (all: typeof rows) => all.reduce((sum, { attributes }) => sum + Number(attributes.time), 0);
  expect(total(rows)).toBeCloseTo(total(findAll(readXml(junitDocument(summary)), "testcase")), 2);
  expect(rows.some(({ attributes }) => /^\w+\.\w+/.test(attributes.classname ?? ""))).toBe(true);
});

test("names tell results of one case apart, or do not", () => {
  const [first] = summarizeRun(events).results;
  if (first === undefined) throw new Error("There is no result.");
  const summary = { ...summarizeRun(events), results: [{ ...first, resultId: `${first.suite}.${first.case}[a=b]#2` }] };
  const nameIn = (document: string) => findAll(readXml(document), "testcase")[0]?.attributes.name;
  expect(nameIn(junitDocument(summary))).toBe(`${first.case}[a=b]#2`);
  expect(nameIn(junitDocument(summary, { hasInstances: false }))).toBe(first.case);
});

test("failures of the image, of the machinery, and what was left out are told apart", () => {
  const root = readXml(junitDocument(summarizeRun(events)));
  const outcome = (name: string): unknown[] =>
    findAll(root, "testcase")
      .filter(({ attributes }) => attributes.name === name)
      .flatMap(({ children }) => children.filter((child) => child.name !== "system-out"))
      .map((child) => [child.name, child.attributes.type, child.attributes.message?.slice(0, 40)]);
  expect(outcome("verify_boot_error_fail_warnings")).toEqual([
    ["failure", "product", "The boot log has 2 lines that it must no"],
  ]);
  expect(outcome("verify_stop_start_in_platform")).toEqual([
    ["error", "environment", "The node 'qemu-3-0' did not answer withi"],
  ]);
  expect(outcome("verify_vdso")).toEqual([["skipped", undefined, "Needs 2 cores, the environment has 1."]]);
  expect(outcome("verify_timesync_chrony")).toEqual([
    ["skipped", undefined, "Failed, which the runbook ignores: chron"],
  ]);
  expect(outcome("verify_cpu_count")).toEqual([]);
});

test("a run that was killed gives a valid document in which nothing looks passed that did not pass", () => {
  const killed = summarizeRun(events.slice(0, 120));
  const document = junitDocument(killed);
  expect(objectionsOf(document)).toBe("");
  const silent = findAll(readXml(document), "testcase").filter(({ children }) =>
    children.every(({ name }) => name === "system-out"),
  );
  expect(silent.length).toBe(killed.counts.passed);
  expect(killed.unfinished).toBeGreaterThan(10);
});

test("a run without results and a run without events are valid documents", () => {
  expect(objectionsOf(junitDocument(summarizeRun([])))).toBe("");
  expect(objectionsOf(junitDocument({ ...summarizeRun(events), results: [] }))).toBe("");
});

test("any text in any field gives a valid document that reads back", () => {
  const summary = summarizeRun(events);
  const [failed] = summary.results.filter(({ status }) => status === "FAILED");
  if (failed === undefined) throw new Error("The fixture has no failed result.");
  const texts = fc.sample(
    fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }),
      fc.constantFrom("]]>", "<!--", "&#0;", "\ufffe\uffff", "x".repeat(100_000), "\n\t'\""),
    ),
    400,
  );
  const results = texts.map(
    (text, index): ResultSummary => ({
      ...failed,
      resultId: `${text}#${index}`,
      suite: text,
      case: text,
      message: text,
      warning: text,
      stack: text,
      serialTail: text,
      log: [{ at: "2026-11-21T05:00:00.000Z", level: "info", text }],
      panic: { node: text, category: text, lines: [text] },
    }),
  );
  const document = junitDocument({ ...summary, results, name: texts[0] ?? "", host: { hostname: texts[1] ?? "" } });
  expect(objectionsOf(document)).toBe("");
  const messages = new Set(findAll(readXml(document), "error").map(({ attributes }) => attributes.message));
  for (const text of texts.filter(({ length }) => length < 100)) {
    expect(messages).toContain(printable(text).replace(/[\ufffe\uffff]/g, "\ufffd"));
  }
});
