import type { Diagnostic } from "../runbook/types.ts";
import { AssayError, type ErrorDetails, ExitCode } from "./assay-error.ts";

/** What was asked for does not exist or does not fit together. */
export class UsageError extends AssayError {
  readonly code: string = "USAGE";
  readonly failureClass = "configuration";
}

/** A runbook that is wrong, or asks for what this version cannot carry out; `diagnostics` are its errors. */
export class RunbookError extends UsageError {
  override readonly code = "RUNBOOK";
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, details: ErrorDetails & { readonly diagnostics: readonly Diagnostic[] }) {
    super(message, details);
    this.diagnostics = details.diagnostics;
  }
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

/** An image could not be fetched: its server is out of reach, fails, or breaks off again and again. */
export class ImageDownloadFailed extends AssayError {
  readonly code = "IMAGE_DOWNLOAD";
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

/**
 * What an environment needs is in use elsewhere and will be free again: a quota, an address, a machine of others. Who
 * wants the environment waits as long as the runbook's 'wait_resource_timeout' and is skipped then.
 */
export class ResourceBusy extends AssayError {
  readonly code = "RESOURCE_BUSY";
  readonly failureClass = "environment";
  /** Resolves when asking again may help; undefined where nothing can tell. */
  readonly freed: ((signal: AbortSignal) => Promise<void>) | undefined;

  constructor(
    message: string,
    details: ErrorDetails & { readonly freed?: (signal: AbortSignal) => Promise<void> } = {},
  ) {
    super(message, details);
    this.freed = details.freed;
  }
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

/** The kernel's log tells of errors after a case that found nothing wrong itself. */
export class KernelErrors extends AssayError {
  readonly code = "KERNEL_ERRORS";
  readonly failureClass = "product";
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

/** The journal of a run cannot be written, for another reason than a full disk. */
export class JournalUnwritable extends AssayError {
  readonly code = "JOURNAL_UNWRITABLE";
  readonly failureClass = "environment";
}
