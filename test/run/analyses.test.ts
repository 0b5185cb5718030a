import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { summarizeRun } from "../../packages/assay/src/events/folds/run-summary.ts";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import type { EventBody } from "../../packages/assay/src/events/types.ts";
import type { Analyst } from "../../packages/assay/src/notifiers/analyst.ts";
import { renderHtmlReport } from "../../packages/assay/src/notifiers/html/html-notifier.ts";
import { junitDocument } from "../../packages/assay/src/notifiers/junit/junit-document.ts";
import { logAgent } from "../../packages/assay/src/notifiers/log-agent/log-agent.ts";
import { runDocument } from "../../packages/assay/src/report/run-document.ts";
import { Analyses } from "../../packages/assay/src/run/analyses.ts";
import type { CaseBody } from "../../packages/assay/src/suite/suite.ts";
import { pageDetails } from "../../packages/assay/src/testing/page-details.ts";
import { openAiPeer } from "../notifiers/openai-peer.ts";
import { runScenario } from "./run-scenario.ts";

const breaks: CaseBody = async ({ fail, log }) => {
  log.info("the disk is gone");
  fail("no hunter2 here");
};
const CASES = { breaks, fine: async () => undefined };

test("what is made of a failed case is in the journal before the run's end, and in every report", async () => {
  await using peer = await openAiPeer();
  const report = await runScenario({
    cases: { ...CASES, skips: async ({ skip }) => skip("no disk") },
    variable: "variable: [{ name: pw, value: hunter2, is_secret: true }]",
    session: {
      analysts: [
        {
          by: "AI",
          analyse: (failed, signal) =>
            logAgent({
              runFolder: mkdtempSync(join(tmpdir(), "assay-analyses-")),
              endpoint: peer.endpoint,
              embeddingEndpoint: undefined,
              key: "k",
              generalDeployment: "<b>general</b>",
              softwareDeployment: "software",
              skipsDuplicates: false,
            }).analyse(failed, signal),
        },
      ],
    },
  });
  const events = [...readJournal(report.journal)];
  expect(events.slice(-2).map(({ type }) => type)).toEqual(["case-analysis", "run-finished"]);
  const text = "answer of %3Cb%3Egeneral%3C%2Fb%3E";
  const summary = summarizeRun(events);
  expect(summary.results.map(({ case: name, analyses }) => [name, analyses])).toEqual([
    ["breaks", [{ by: "AI", text, problem: undefined }]],
    ["fine", []],
    ["skips", []],
  ]);
  expect(peer.requests).toHaveLength(2);
  const sent = peer.requests.map((request) => request.text).join("");
  expect(sent).toContain("the disk is gone");
  expect(sent).not.toContain("hunter2");
  expect(junitDocument(summary)).toContain(`analysis by AI: ${text}`);
  expect(runDocument(summary, { html: null, junit: null, journal: "" })).toMatchObject({
    results: expect.arrayContaining([expect.objectContaining({ case: "breaks", analysis: { AI: text } })]),
  });
  expect(pageDetails(await renderHtmlReport(summary, report.folder, report.folder))).toContain(text);
});

test("an analyst that fails or talks nonsense harms nothing", async () => {
  const analysts: Analyst[] = [
    { by: "throws", analyse: () => Promise.reject(new Error("no ink")) },
    { by: "throws at once", analyse: () => fail("no pen") },
    { by: "good", analyse: async ({ message }) => `read ${message}` },
  ];
  const report = await runScenario({ cases: CASES, session: { analysts } });
  expect(report).toMatchObject({ exitCode: 1, counts: { passed: 1, failed: 1 } });
  const { results } = summarizeRun(readJournal(report.journal));
  expect(new Set(results[0]?.analyses)).toEqual(
    new Set([
      { by: "throws", text: "", problem: "There is no analysis: no ink" },
      { by: "throws at once", text: "", problem: "There is no analysis: no pen" },
      { by: "good", text: "read no hunter2 here", problem: undefined },
    ]),
  );
});

const fail = (message: string): never => {
  throw new Error(message);
};

const failed = (count: number): EventBody => ({
  type: "case-finished",
  ...{ resultId: `S.a#${count}`, suite: "S", case: "a", status: "FAILED", message: "m", durationMs: 1 },
  ...{ rebootMs: 0, environment: undefined },
});

/** Hears of failed cases and gives what is told of them. */
async function told(
  count: number,
  analyse: Analyst["analyse"],
  more: { readonly limitMs?: number; readonly endMs?: number; readonly signal?: AbortSignal },
): Promise<readonly (string | undefined)[]> {
  const events: EventBody[] = [];
  const { signal = new AbortController().signal, ...limits } = more;
  const analyses = new Analyses({
    ...{ analysts: [{ by: "AI", analyse }], runFolder: "/", mask: String, signal, ...limits },
    emit: (event) => events.push(event),
  });
  for (let number = 1; number <= count; number++) analyses.hear(failed(number));
  await analyses.settled();
  return events.map((event) => (event.type === "case-analysis" ? (event.problem ?? event.text) : undefined));
}

const never = (): Promise<never> => Promise.withResolvers<never>().promise;

test("an analyst that does not end is left behind", async () => {
  expect(await told(1, never, { limitMs: 20 })).toEqual(["There is no analysis: it was not over after 0.02 s"]);
  expect(await told(3, never, { endMs: 20 })).toEqual(Array(3).fill("There is no analysis: the run was over"));
});

test("an interrupt ends what is analysed and what waits for it", async () => {
  const interrupt = new AbortController();
  const running = told(3, never, { signal: interrupt.signal });
  interrupt.abort("SIGINT");
  expect(await running).toEqual(Array(3).fill("There is no analysis: the run was interrupted"));
});

test("what comes of an analysis when nothing can be told any more harms nobody", async () => {
  const answer = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const analyses = new Analyses({
    analysts: [
      {
        by: "AI",
        analyse: (_, signal) => {
          signals.push(signal);
          return answer.promise;
        },
      },
    ],
    ...{ runFolder: "/", mask: String, signal: new AbortController().signal },
    emit: () => fail("The journal is closed."),
  });
  for (let number = 1; number <= 3; number++) analyses.hear(failed(number));
  analyses[Symbol.dispose]();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  // A rejection that nobody handles would end this process.
  await analyses.settled();
  await new Promise((resolve) => setImmediate(resolve));
  expect(signals).toHaveLength(2);
});

test("two are analysed at once, and all of many", async () => {
  let [now, most] = [0, 0];
  const analyse = async (): Promise<string> => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
    return "fine";
  };
  expect(await told(20, analyse, {})).toEqual(Array(20).fill("fine"));
  expect(most).toBe(2);
});
