import type { ByteCollector } from "./byte-collector.ts";
import type { Command, Completed, Outcome } from "./types.ts";

export const defaultTimeoutMs = 600_000;
export const defaultMaxOutputBytes = 16 * 1024 * 1024;

/** Builds the value that `run` gives for a command that has ended. */
export function completed(
  command: Command,
  outcome: Outcome,
  startedAtMs: number,
  stdout: ByteCollector,
  stderr: ByteCollector,
): Completed {
  return {
    command,
    outcome,
    exitCode: outcome.kind === "exited" ? outcome.exitCode : undefined,
    stdout: stdout.text(),
    stderr: stderr.text(),
    stdoutBytes: stdout.bytes(),
    durationMs: performance.now() - startedAtMs,
    isTruncated: stdout.isTruncated || stderr.isTruncated,
  };
}

/** The outcome as the end of a sentence that starts with the command, such as `exited with code 2`. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "exited":
      return `exited with code ${outcome.exitCode}`;
    case "signalled":
      return `was ended by ${outcome.signal}`;
    case "timed-out":
      return `was still running after ${outcome.afterMs / 1000} s and was killed`;
    case "aborted":
      return "was aborted";
    case "connection-lost":
      return `lost its connection: ${outcome.reason}`;
  }
}
