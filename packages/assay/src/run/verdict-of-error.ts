import { AssayError, type FailureClass } from "../errors/assay-error.ts";
import { BadEnvironment, KernelPanic, NodeUnreachable, PlatformError } from "../errors/catalogue.ts";
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

export const PASSED: CaseVerdict = { status: "PASSED", message: "", isEnvironmentBad: false };

/**
 * Maps an error to a result. With `ignoreFailure` a plain failure is ATTEMPTED; a lost or panicked machine stays FAILED,
 * because that is never what the author of the runbook meant to ignore.
 */
export function verdictOfError(error: unknown, ignoreFailure: boolean): CaseVerdict {
  if (error instanceof Skipped) {
    return { status: "SKIPPED", message: error.message, isEnvironmentBad: false };
  }
  if (error instanceof PassedWithWarning) {
    return { status: "PASSED", message: `warning: ${error.message}`, warning: error.message, isEnvironmentBad: false };
  }
  const isEnvironmentBad = [BadEnvironment, NodeUnreachable, KernelPanic, PlatformError].some(
    (kind) => error instanceof kind,
  );
  const status = ignoreFailure && !isEnvironmentBad ? "ATTEMPTED" : "FAILED";
  if (error instanceof AssayError) {
    const help = error.help === undefined ? "" : ` ${error.help}`;
    return { status, message: `${error.message}${help}`, failureClass: error.failureClass, isEnvironmentBad };
  }
  // Anything else is a bug in the case's code (or ours): the class and the stack help its author.
  const stack = error instanceof Error ? error.stack : undefined;
  return {
    status,
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    failureClass: "test",
    isEnvironmentBad,
    ...(stack === undefined ? {} : { stack }),
  };
}
