import fc from "fast-check";
import { expect, test } from "vitest";
import type { RunSummary } from "../../events/folds/run-summary.ts";
import { summarizeRun } from "../../events/folds/run-summary.ts";
import type { RunEvent } from "../../events/types.ts";
import { pageDetails } from "../../testing/page-details.ts";
import { printable } from "../printable.ts";
import { html } from "./markup.ts";
import { renderPage } from "./page.ts";
import { loadPageAssets } from "./page-assets.ts";
import { detailOf, type ResultDetail } from "./result-detail.ts";

const assets = await loadPageAssets();
const at = "2026-11-21T05:00:00.000Z";
const NO_EVIDENCE = { commands: [], earlierCommands: 0, serial: "", files: [] };

/** A run in which every text that comes from outside is `text`. */
function runOf(text: string): RunSummary {
  const identity = { resultId: text, suite: text, case: text };
  const serialTail = text;
  const bodies = [
    {
      type: "run-started",
      run: text,
      name: text,
      version: text,
      runbook: text,
      platform: text,
      host: { [text]: text },
      plan: [{ ...identity, about: text, priority: 1, area: text, timeoutMs: 1000 }],
      excluded: [{ suite: text, case: text, reason: text }],
    },
    { type: "platform-progress", environment: undefined, step: text, detail: text, elapsedMs: 1 },
    { type: "environment-ready", environment: text, elapsedMs: 1, facts: { [text]: text }, nodes: [text] },
    {
      type: "transformer-finished",
      transformer: text,
      kind: text,
      phase: text,
      combination: { [text]: text },
      environment: text,
      node: text,
      folder: text,
      message: text,
      outputs: { [text]: text },
      elapsedMs: 1,
    },
    { type: "environment-failed", environment: `${text}2`, message: text, help: text, serialTail },
    { type: "case-started", ...identity, environment: text, folder: text },
    { type: "case-log", ...identity, level: "warn", text },
    { type: "case-subtest", ...identity, name: text, status: "FAILED", message: text, durationMs: 1 },
    { type: "case-metric", ...identity, name: text, value: 1, unit: text },
    { type: "kernel-panic", ...identity, node: text, category: text, lines: [text] },
    {
      type: "case-finished",
      ...identity,
      status: "FAILED",
      message: text,
      warning: text,
      durationMs: 1,
      rebootMs: 0,
      environment: text,
      stack: text,
      serialTail,
    },
    { type: "notice", level: "warn", text, help: text },
    {
      type: "run-finished",
      verdict: "failed",
      reason: text,
      exitCode: 1,
      counts: { passed: 0, failed: 1, skipped: 0, attempted: 0 },
      elapsedMs: 5,
    },
  ] as const;
  return summarizeRun(bodies.map((body, index): RunEvent => ({ ...body, seq: index + 1, at })));
}

function pageOf(text: string): { page: string; details: ResultDetail[] } {
  const summary = runOf(text);
  const details = summary.results.map((result) => detailOf(result, undefined, { ...NO_EVIDENCE, serial: text }));
  return { page: renderPage(summary, summary.results, details, assets), details };
}

/** The tags of a page with their attribute names, in order; attribute values and text are left out. */
const skeleton = (page: string): string =>
  (page.match(/<!?\/?[a-z](?:"[^"]*"|[^">])*>/gi) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""')).join("");

/** Letters that open and close things in HTML, attributes, JSON and scripts, besides any other. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "<",
        ">",
        '"',
        "'",
        "`",
        "&",
        "</script>",
        "<!--",
        "-->",
        "<script>",
        "]]>",
        "\\u003c",
        "\0",
        "\u2028",
        "=",
        " onx=1 ",
      ),
      fc.string({ unit: "binary", minLength: 1 }),
    ),
    { minLength: 1 },
  )
  .map((parts) => `x${parts.join("")}x`);

test("no text changes the elements and attributes of the page", () => {
  const harmless = skeleton(pageOf("xyx").page);
  expect(harmless).toContain('<details id="" class=""');
  fc.assert(
    fc.property(hostile, (text) => {
      expect(skeleton(pageOf(text).page)).toBe(harmless);
    }),
    { numRuns: 60 },
  );
});

test("what the script reads is what was given, made printable", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const { page } = pageOf(text);
      expect(JSON.parse(pageDetails(page))).toMatchObject([{ serial: printable(text), about: printable(text) }]);
    }),
    { numRuns: 60 },
  );
});

test("the policy admits the page's own style and script by hash and nothing else", () => {
  const { page } = pageOf("text");
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
  expect(policy.replace(/sha256-[\w+/=]{44}/g, "HASH")).toBe(
    "default-src 'none'; style-src 'HASH'; script-src 'HASH'; img-src data:; base-uri 'none'; form-action 'none'",
  );
  expect(page).not.toMatch(/\s(?:src|style|on\w+)="/);
  expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
});

test("a row is light: drawings are the style's", () => {
  const [row = ""] = /<details id="r0"[\s\S]*?<\/details>/.exec(pageOf("text").page) ?? [];
  expect(row.match(/<[a-z]+/g)).toHaveLength(10);
});

test("a run that was killed says so instead of giving a verdict", () => {
  const page = renderPage({ ...runOf("text"), verdict: undefined, reason: "" }, [], [], assets);
  expect(page).toContain("Unfinished");
  expect(page).toContain("Its journal ends at 2026-11-21 05:00:00 UTC.");
});

test("markup takes strings as text and markup as markup", () => {
  expect(html`<b title="${`"'>`}">${["<i>", html`<i>${1}</i>`, undefined]}</b>`.text).toBe(
    '<b title="&quot;&#39;&gt;">&lt;i&gt;<i>1</i></b>',
  );
});
