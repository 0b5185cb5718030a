import fc from "fast-check";
import { expect, test } from "vitest";
import { tellRun } from "../../testing/told-run.ts";
import { stepSummary } from "./step-summary.ts";

test("the summary has the verdict, the counts and what needs a look", () => {
  const results = {
    "S.good": { status: "PASSED" },
    "S.bad": { status: "FAILED", message: "a < b\n\nc", durationMs: 2000 },
    "S.skipped": { status: "SKIPPED", message: "not here" },
  } as const;
  expect(stepSummary(tellRun({ verdict: "failed", results }))).toBe(`## told: failed

It is failed\\.

| Passed | Failed | Skipped | Attempted | Not finished | Took |
| --: | --: | --: | --: | --: | --: |
| 1 | 1 | 1 | 0 | 0 | 5 ms |

Run run\\-1\\: told\\.yml on local\\, 2026\\-11\\-21 05\\:00\\:00 UTC

<details><summary><b>FAILED</b> S.bad (local-1, 2.0 s)</summary><pre>a &lt; b&#10;&#10;c</pre></details>
`);
});

/** The lines of a summary with every text in it replaced: what is left is what we wrote. */
const skeleton = (message: string): string =>
  stepSummary(tellRun({ run: message, results: { "S.bad": { status: "FAILED", message } } }))
    .replace(/<pre>[^<]*<\/pre>/g, "<pre/>")
    .replace(/^Run .* told/m, "Run told");

test("no text begins markup of its own", () => {
  const harmless = skeleton("text");
  const hostile = fc.array(
    fc.oneof(fc.constantFrom("<", "</pre>", "\n\n", "# ", "|", "`", "[a](b)", "&"), fc.string()),
  );
  fc.assert(
    fc.property(hostile, (parts) => {
      expect(skeleton(`x${parts.join("")}x`)).toBe(harmless);
    }),
  );
});

test("a summary is never larger than GitHub takes, and says what it leaves out", () => {
  const message = "€".repeat(4000);
  const results = Object.fromEntries(
    Array.from({ length: 400 }, (_, n) => [`S.c${n}`, { status: "FAILED" as const, message }]),
  );
  const text = stepSummary(tellRun({ verdict: "failed", results }));
  expect(Buffer.byteLength(text)).toBeLessThan(2 ** 20);
  const shown = text.match(/<details>/g)?.length ?? 0;
  expect(text).toContain(`\n${400 - shown} more results need a look; the report has them.\n`);
});
