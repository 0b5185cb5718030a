import fc from "fast-check";
import { expect, test } from "vitest";
import { tellRun } from "../../testing/told-run.ts";
import { githubAnnotations } from "./annotations.ts";
import { workflowCommand } from "./workflow-command.ts";

const manyFailures = Object.fromEntries(
  Array.from({ length: 30 }, (_, n) => [`S.c${n}`, { status: "FAILED" as const, message: `m${n}` }]),
);

test("failures are errors, ignored failures and warnings are warnings, the verdict comes last", () => {
  const results = {
    "S.good": { status: "PASSED" },
    "S.bad": { status: "FAILED", message: "100% broken:\n::error::no" },
    "S.ignored": { status: "ATTEMPTED", message: "known" },
    "S.close": { status: "PASSED", message: "warning: close", warning: "close" },
    "S.skipped": { status: "SKIPPED", message: "not here" },
    "S.flying": { status: "RUNNING" },
  } as const;
  expect(githubAnnotations(tellRun({ verdict: "failed", results })).split("\n")).toEqual([
    "::error title=S.bad::100%25 broken:%0A::error::no",
    "::error title=S.flying::RUNNING",
    "::warning title=S.ignored::known",
    "::warning title=S.close::warning: close",
    "::error title=told%3A failed::It is failed.",
    "",
  ]);
});

test("a run that passed gives a notice", () => {
  expect(githubAnnotations(tellRun({ verdict: "passed", results: { "S.a": { status: "PASSED" } } }))).toBe(
    "::notice title=told%3A passed::It is passed.\n",
  );
});

test("no more errors are given than GitHub shows, and the last but the verdict counts the rest", () => {
  const lines = githubAnnotations(tellRun({ verdict: "failed", results: manyFailures }))
    .trim()
    .split("\n");
  expect(lines).toHaveLength(10);
  expect(lines.at(-2)).toBe("::error title=22 more::22 more are not shown here; the summary and the report have them.");
});

test("whatever a guest says stays in its command", () => {
  const hostile = fc.array(fc.oneof(fc.constantFrom("\n", "\r", "%", "::", ",", "##[error]"), fc.string()));
  fc.assert(
    fc.property(hostile, hostile, (title, message) => {
      const command = workflowCommand("error", { title: title.join(""), line: 3 }, message.join(""));
      const [, property = "", data = ""] = /^::error title=([^:,\r\n]*),line=3::([^\r\n]*)$/.exec(command) ?? [];
      const decoded = (text: string) => text.replace(/%(25|0A|0D|3A|2C)/g, (code) => decodeURIComponent(code));
      expect([decoded(property), decoded(data)]).toEqual([title.join(""), message.join("")]);
    }),
  );
});
