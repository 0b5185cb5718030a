import { AssertionError } from "node:assert";
import { expect, test } from "vitest";
import { AssayError } from "../errors/assay-error.ts";
import * as catalogue from "../errors/catalogue.ts";
import { AssertionFailed, PassedWithWarning, Skipped } from "../suite/outcomes.ts";
import { type Phase, verdictOfError } from "./verdict-of-error.ts";

const { BootFailed, CommandFailed, KernelPanic, NodeUnreachable, PlatformError, RunbookError, TimedOut } = catalogue;
const diskFull = Object.assign(new Error("write"), { code: "ENOSPC" });

test.each<[unknown, boolean, object]>([
  [new Skipped("no chrony"), false, { status: "SKIPPED", message: "no chrony", isEnvironmentBad: false }],
  [new Skipped("no chrony"), true, { status: "SKIPPED" }],
  [new PassedWithWarning("old"), false, { status: "PASSED", message: "warning: old", warning: "old" }],
  [new AssertionFailed("3 is not 4"), false, { status: "FAILED", message: "3 is not 4", failureClass: "product" }],
  [new AssertionFailed("3 is not 4"), true, { status: "ATTEMPTED", failureClass: "product" }],
  [new NodeUnreachable("gone"), true, { status: "FAILED", isEnvironmentBad: true, failureClass: "environment" }],
  [new KernelPanic("oops", "OOPS", []), true, { status: "FAILED", isEnvironmentBad: true, failureClass: "product" }],
  [new TimedOut("slow"), false, { status: "FAILED", isEnvironmentBad: false, failureClass: "product" }],
  [new TimedOut("slow"), true, { status: "ATTEMPTED" }],
  [new CommandFailed("x", 2, { help: "Do y." }), false, { status: "FAILED", message: "x Do y." }],
  [
    new TypeError("undefined is not"),
    false,
    { status: "FAILED", message: "TypeError: undefined is not", failureClass: "test", stack: expect.any(String) },
  ],
  [new TypeError("undefined is not"), true, { status: "ATTEMPTED", failureClass: "test" }],
  [new AssertionError({ message: "1 is 2" }), false, { status: "FAILED", failureClass: "product" }],
  [diskFull, false, { status: "FAILED", failureClass: "environment" }],
  ["text", false, { status: "FAILED", message: "text", failureClass: "test" }],
  [undefined, false, { status: "FAILED", message: "undefined", failureClass: "test" }],
])("%o", (error, ignoreFailure, wanted) => {
  expect(verdictOfError(error, ignoreFailure)).toMatchObject(wanted);
});

test.each<[Phase, unknown, string, string]>([
  ["before_case", new Skipped("no disk"), "SKIPPED", "before_case skipped: no disk"],
  ["before_case", new PassedWithWarning("old"), "PASSED", "before_case warning: old"],
  ["before_case", new AssertionFailed("1 disk"), "FAILED", "before_case failed. 1 disk"],
  ["before_case", new TypeError("x"), "FAILED", "before_case failed. TypeError: x"],
  ["deployment", new Skipped("no such size"), "SKIPPED", "deployment skipped: no such size"],
  [
    "deployment",
    new PlatformError("no room", { help: "Make some." }),
    "FAILED",
    "deployment failed. no room Make some.",
  ],
])("%s: %o", (phase, error, status, message) => {
  expect(verdictOfError(error, false, phase)).toMatchObject({ status, message });
});

test.each<[unknown, string]>([
  [new PlatformError("no room"), "ATTEMPTED"],
  [new NodeUnreachable("gone"), "FAILED"],
  [new KernelPanic("oops", "OOPS", []), "FAILED"],
])("an ignored failure while a machine is made: %o", (error, status) => {
  expect(verdictOfError(error, true, "deployment").status).toBe(status);
});

test("what breaks in our code while a machine is made is our fault, in a case the case's", () => {
  expect(verdictOfError(new TypeError("x"), false, "deployment").failureClass).toBe("tool");
  expect(verdictOfError(new TypeError("x"), false, "before_case").failureClass).toBe("test");
});

test.each<[string, unknown]>([
  ["as a cause", new Error("The copy failed.", { cause: new NodeUnreachable("gone") })],
  ["among others", new AggregateError([new TypeError("x"), new BootFailed("no login", "")], "All failed.")],
  ["deep inside", new Error("a", { cause: new AggregateError([new Error("b", { cause: new PlatformError("c") })]) })],
])("a lost machine is found %s", (_where, error) => {
  expect(verdictOfError(error, true)).toMatchObject({
    status: "FAILED",
    isEnvironmentBad: true,
    failureClass: "environment",
  });
});

test("an error that is its own cause is no endless loop", () => {
  const error = new Error("round");
  error.cause = error;
  expect(verdictOfError(error, false)).toMatchObject({ status: "FAILED", failureClass: "test" });
});

/** Classes that take more than a message. */
const WITH_MORE: readonly unknown[] = [BootFailed, CommandFailed, KernelPanic, RunbookError];

/** Every class of error there is. */
const made: readonly AssayError[] = [
  ...Object.values(catalogue)
    .filter((kind) => !WITH_MORE.includes(kind))
    .map((kind) => new (kind as new (message: string) => AssayError)("It is so.")),
  new BootFailed("It is so.", ""),
  new CommandFailed("It is so.", 1),
  new KernelPanic("It is so.", "BUG", []),
  new RunbookError("It is so.", { diagnostics: [] }),
];

const SPOILS_MACHINE = ["BadEnvironment", "NodeUnreachable", "KernelPanic", "PlatformError", "BootFailed"];

test.each(made.map((error) => [error.name, error] as const))("%s fails the case with its own class", (name, error) => {
  expect(error).toBeInstanceOf(AssayError);
  const isEnvironmentBad = SPOILS_MACHINE.includes(name);
  expect(verdictOfError(error, false)).toEqual({
    status: "FAILED",
    message: "It is so.",
    failureClass: error.failureClass,
    isEnvironmentBad,
  });
  expect(verdictOfError(error, true).status).toBe(isEnvironmentBad ? "FAILED" : "ATTEMPTED");
});
