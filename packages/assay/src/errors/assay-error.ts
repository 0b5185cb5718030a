/**
 * Who has to act on an error. `product` is the image or kernel under test; `test` the case's own code;
 * `environment` the machines and what carries them; `configuration` the runbook or command line; `tool` assay itself.
 */
export type FailureClass = "product" | "test" | "environment" | "configuration" | "tool";

/** Documented exit codes of the command line. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  configuration: 2,
  machinery: 3,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface ErrorDetails {
  /** What the user can do about it, a whole sentence. */
  readonly help?: string;
  readonly cause?: unknown;
}

/**
 * Root of every error assay raises on purpose. The message says what happened and where; `help` says what to do.
 * Anything else that is thrown is a bug of assay or of a case.
 */
export abstract class AssayError extends Error {
  /** Stable identifier for scripts and docs, such as `IMAGE_UNREADABLE`. */
  abstract readonly code: string;
  abstract readonly failureClass: FailureClass;
  readonly help: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.help = details.help;
  }

  /** Exit code of the process when this error ends it. */
  get exitCode(): ExitCode {
    return this.failureClass === "configuration" ? ExitCode.configuration : ExitCode.machinery;
  }
}
