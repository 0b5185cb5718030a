import { AssayError, type ErrorDetails, ExitCode } from "./assay-error.ts";

/** The command line asks for something that does not exist or does not fit together. */
export class UsageError extends AssayError {
  readonly code = "USAGE";
  readonly failureClass = "configuration";
}

/** An image that is not there, not readable, truncated or in no format assay knows. */
export class ImageError extends AssayError {
  readonly code = "IMAGE";
  readonly failureClass = "configuration";
}

/** An image of a recipe could not be made: a mirror is out of reach, or a program of the build failed. */
export class ImageBuildFailed extends AssayError {
  readonly code = "IMAGE_BUILD";
  readonly failureClass = "environment";
}

/** A program or package that assay needs on this machine is missing; `help` names the command that brings it. */
export class MissingDependency extends AssayError {
  readonly code = "MISSING_DEPENDENCY";
  readonly failureClass = "tool";
}

/** The host has no room (disk, memory, port) for what was asked. */
export class HostExhausted extends AssayError {
  readonly code = "HOST_EXHAUSTED";
  readonly failureClass = "environment";
}

/** A platform could not give, keep or remove a machine. */
export class PlatformError extends AssayError {
  readonly code: string = "PLATFORM";
  readonly failureClass = "environment";
  /** True when the same attempt may well succeed a second time. */
  readonly isTransient: boolean;

  constructor(message: string, details: ErrorDetails & { readonly isTransient?: boolean } = {}) {
    super(message, details);
    this.isTransient = details.isTransient ?? false;
  }
}

/** The image never came up to the point where it can be logged into. `serialTail` is the end of its console. */
export class BootFailed extends PlatformError {
  override readonly code = "BOOT_FAILED";
  readonly serialTail: string;

  constructor(message: string, serialTail: string, details: ConstructorParameters<typeof PlatformError>[1] = {}) {
    super(message, details);
    this.serialTail = serialTail;
  }
}

/** The connection to a node is gone or cannot be made. Marks the environment as bad. */
export class NodeUnreachable extends AssayError {
  readonly code = "NODE_UNREACHABLE";
  readonly failureClass = "environment";
}

/** The node answered but refuses our user, key or password. */
export class LoginRefused extends AssayError {
  readonly code = "LOGIN_REFUSED";
  readonly failureClass = "environment";
}

/** A deadline passed. The message says what was waited for and how long. */
export class TimedOut extends AssayError {
  readonly code = "TIMED_OUT";
  readonly failureClass = "product";
}

/** A command ended with another exit code than it had to. */
export class CommandFailed extends AssayError {
  readonly code = "COMMAND_FAILED";
  readonly failureClass = "product";
  readonly exitCodeOfCommand: number | undefined;

  constructor(message: string, exitCodeOfCommand: number | undefined, details: ErrorDetails = {}) {
    super(message, details);
    this.exitCodeOfCommand = exitCodeOfCommand;
  }
}

/** The guest's kernel panicked, oopsed or locked up. */
export class KernelPanic extends AssayError {
  readonly code = "KERNEL_PANIC";
  readonly failureClass = "product";
  /** HARDLOCKUP, SOFTLOCKUP, RCU_STALL, NULL_DEREF, PAGE_FAULT, BUG, OOPS, OOM, ASSERTION, DOUBLE_FAULT or GENERAL. */
  readonly category: string;
  readonly lines: readonly string[];

  constructor(message: string, category: string, lines: readonly string[]) {
    super(message);
    this.category = category;
    this.lines = lines;
  }
}

/** The environment may no longer be used, whatever the case says about its result. */
export class BadEnvironment extends AssayError {
  readonly code = "BAD_ENVIRONMENT";
  readonly failureClass = "environment";
}

/** Output of a guest that a parser does not understand; the message quotes it. */
export class UnexpectedOutput extends AssayError {
  readonly code = "UNEXPECTED_OUTPUT";
  readonly failureClass = "test";
}

/** The code of a case asks for something else than its recording holds. */
export class ReplayDiverged extends AssayError {
  readonly code = "REPLAY_DIVERGED";
  readonly failureClass = "test";

  override get exitCode(): ExitCode {
    return ExitCode.failed;
  }
}

/** A recording that is not there, cannot be read, or whose case is gone. */
export class RecordingUnreadable extends AssayError {
  readonly code = "RECORDING_UNREADABLE";
  readonly failureClass = "tool";
}

/** A step before or after the cases did not do its work. */
export class TransformerFailed extends AssayError {
  readonly code = "TRANSFORMER_FAILED";
  readonly failureClass = "environment";
}

/** The journal of a run cannot be read, or holds what no run writes; the message tells the line. */
export class JournalUnreadable extends AssayError {
  readonly code = "JOURNAL_UNREADABLE";
  readonly failureClass = "environment";
}
