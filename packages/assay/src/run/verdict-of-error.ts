import { AssayError, type FailureClass } from "../errors/assay-error.ts";
import { BadEnvironment, KernelPanic, NodeUnreachable, PlatformError } from "../errors/catalogue.ts";
import { isDiskFull } from "../errors/disk-full.ts";
import type { FinalStatus } from "../events/types.ts";
import { PassedWithWarning, Skipped } from "../suite/outcomes.ts";

/** What an error that a case raised means for its result. */
export interface CaseVerdict {
  readonly status: FinalStatus;
  readonly message: string;
  readonly warning?: string;
  readonly failureClass?: FailureClass;
  readonly stack?: string;
  /** The environment must be thrown away. */
  readonly isEnvironmentBad: boolean;
}

/** Where in the life of a result an error was raised; the body of the case has no name. */
export type Phase = "" | "before_case" | "after_case" | "check" | "deployment";

export const PASSED: CaseVerdict = { status: "PASSED", message: "", isEnvironmentBad: false };

/** A machine that is lost is never what the author of a runbook meant to ignore. */
const LOST_MACHINE = [BadEnvironment, NodeUnreachable, KernelPanic];
const BAD_ENVIRONMENT = [...LOST_MACHINE, PlatformError];
/** Deeper chains of causes are loops or noise. */
const DEEPEST_CAUSE = 8;

/**
 * Maps an error to a result. With `ignoreFailure` a plain failure is ATTEMPTED, and so is that of a platform which could
 * not make an environment; a lost or panicked machine stays FAILED. An error that was wrapped by another one still
 * tells what became of the machine and who has to act.
 */
export function verdictOfError(error: unknown, ignoreFailure: boolean, phase: Phase = ""): CaseVerdict {
  if (error instanceof Skipped) {
    return { status: "SKIPPED", message: during(phase, "skipped: ", error.message), isEnvironmentBad: false };
  }
  if (error instanceof PassedWithWarning) {
    const message = `${phase} warning: ${error.message}`.trimStart();
    return { status: "PASSED", message, warning: error.message, isEnvironmentBad: false };
  }
  const chain = causesOf(error);
  const isOneOf = (kinds: readonly (abstract new (...args: never[]) => unknown)[]): boolean =>
    chain.some((each) => kinds.some((kind) => each instanceof kind));
  const isEnvironmentBad = isOneOf(BAD_ENVIRONMENT);
  const isIgnorable = !isOneOf(phase === "deployment" ? LOST_MACHINE : BAD_ENVIRONMENT);
  const status = ignoreFailure && isIgnorable ? "ATTEMPTED" : "FAILED";
  const failureClass = failureClassOf(chain, phase);
  if (error instanceof AssayError) {
    const help = error.help === undefined ? "" : ` ${error.help}`;
    const message = during(phase, "failed. ", `${error.message}${help}`);
    return { status, message, failureClass, isEnvironmentBad };
  }
  // Anything else is a bug in the case's code (or ours): the class and the stack help its author.
  const stack = error instanceof Error ? error.stack : undefined;
  const told = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    status,
    message: during(phase, "failed. ", told),
    failureClass,
    isEnvironmentBad,
    ...(stack === undefined ? {} : { stack }),
  };
}

const during = (phase: Phase, outcome: string, text: string): string =>
  phase === "" ? text : `${phase} ${outcome}${text}`;

/** The first in the chain that says who has to act. What says nothing is the fault of the code it came from. */
function failureClassOf(chain: readonly unknown[], phase: Phase): FailureClass {
  for (const each of chain) {
    if (each instanceof AssayError) return each.failureClass;
    // Of node:assert and of assertion libraries: the case looked for something, and it was not so.
    if (each instanceof Error && each.name === "AssertionError") return "product";
    if (isDiskFull(each)) return "environment";
  }
  return phase === "deployment" ? "tool" : "test";
}

/** The error, what it was made of and what caused it, outermost first. */
function causesOf(error: unknown, depth = 0): readonly unknown[] {
  if (!(error instanceof Error) || depth >= DEEPEST_CAUSE) return [error];
  const parts: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  const inner = [...parts, ...(error.cause === undefined ? [] : [error.cause])];
  return [error, ...inner.flatMap((each) => causesOf(each, depth + 1))];
}
