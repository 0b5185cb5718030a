import { expect, test } from "vitest";
import { AssertionFailed, PassedWithWarning, Skipped } from "../suite/outcomes.ts";
import { CaseRecord } from "./case-context.ts";
import { type CaseVerdict, PASSED, verdictOfError } from "./verdict-of-error.ts";
import { withSubtests } from "./verdict-of-subtests.ts";

const product = { text: "one: 3 is not 4", failureClass: "product" } as const;
const mistake = { text: "two: TypeError: x", failureClass: "test" } as const;

test.each<[string, CaseVerdict, Partial<CaseRecord>, boolean, object]>([
  ["no parts", PASSED, {}, false, { status: "PASSED", message: "" }],
  ["a failed part", PASSED, { failedSubtests: [product] }, false, { status: "FAILED", failureClass: "product" }],
  ["an ignored one", PASSED, { failedSubtests: [product] }, true, { status: "ATTEMPTED" }],
  ["a bug in a part", PASSED, { failedSubtests: [mistake] }, false, { failureClass: "test" }],
  [
    "both",
    PASSED,
    { failedSubtests: [mistake, product] },
    false,
    { failureClass: "product", message: "2 subtests failed. two: TypeError: x; one: 3 is not 4" },
  ],
  ["then a skip", verdictOfError(new Skipped("x"), false), { failedSubtests: [product] }, false, { status: "FAILED" }],
  ["a warning", PASSED, { warnings: ["a: old"] }, false, { status: "PASSED", warning: "a: old" }],
  [
    "two warnings",
    verdictOfError(new PassedWithWarning("slow"), false),
    { warnings: ["a: old"] },
    false,
    { status: "PASSED", warning: "a: old; slow", message: "warning: a: old; slow" },
  ],
  ["a warning, then a skip", verdictOfError(new Skipped("x"), false), { warnings: ["a"] }, false, { message: "x" }],
  [
    "the case's own failure",
    verdictOfError(new AssertionFailed("own"), false),
    { failedSubtests: [product] },
    false,
    { status: "FAILED", message: "own" },
  ],
])("%s", (_name, own, record, ignoreFailure, wanted) => {
  expect(withSubtests(own, Object.assign(new CaseRecord(), record), ignoreFailure)).toMatchObject(wanted);
});
