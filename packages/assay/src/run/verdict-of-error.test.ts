import { expect, test } from "vitest";
import { CommandFailed, KernelPanic, NodeUnreachable, TimedOut } from "../errors/catalogue.ts";
import { AssertionFailed, PassedWithWarning, Skipped } from "../suite/outcomes.ts";
import { verdictOfError } from "./verdict-of-error.ts";

test.each<[unknown, boolean, object]>([
  [new Skipped("no chrony"), false, { status: "SKIPPED", message: "no chrony", isEnvironmentBad: false }],
  [new PassedWithWarning("old"), false, { status: "PASSED", message: "warning: old", warning: "old" }],
  [new AssertionFailed("3 is not 4"), false, { status: "FAILED", message: "3 is not 4", failureClass: "product" }],
  [new AssertionFailed("3 is not 4"), true, { status: "ATTEMPTED" }],
  [new NodeUnreachable("gone"), true, { status: "FAILED", isEnvironmentBad: true, failureClass: "environment" }],
  [new KernelPanic("oops", "OOPS", []), true, { status: "FAILED", isEnvironmentBad: true, failureClass: "product" }],
  [new TimedOut("slow"), false, { status: "FAILED", isEnvironmentBad: false }],
  [new CommandFailed("x", 2, { help: "Do y." }), false, { status: "FAILED", message: "x Do y." }],
  [
    new TypeError("undefined is not"),
    false,
    { status: "FAILED", message: "TypeError: undefined is not", failureClass: "test" },
  ],
  ["text", false, { status: "FAILED", message: "text", failureClass: "test" }],
])("%o", (error, ignoreFailure, wanted) => {
  expect(verdictOfError(error, ignoreFailure)).toMatchObject(wanted);
});
