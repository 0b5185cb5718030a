import { CommandFailed, NodeUnreachable, TimedOut } from "../../errors/catalogue.ts";
import { describeOutcome } from "./outcome.ts";
import { shortName } from "./supervise.ts";
import type { Completed } from "./types.ts";

const tailLines = 10;

/**
 * Throws unless the command exited 0: CommandFailed with the end of its output, TimedOut, NodeUnreachable, or the
 * reason of the abort.
 */
export function requireSuccess(
  done: Pick<Completed, "command" | "outcome" | "exitCode" | "stdout" | "stderr">,
  label: string,
  signal: AbortSignal | undefined,
  secrets: readonly string[] = [],
): void {
  const { outcome } = done;
  if (outcome.kind === "exited" && outcome.exitCode === 0) return;
  if (outcome.kind === "aborted") signal?.throwIfAborted();
  const said = tail(done.stderr) || tail(done.stdout);
  const sentence = `'${shortName(done.command, secrets)}' on '${label}' ${describeOutcome(outcome)}`;
  const message = said === "" ? `${sentence}.` : `${sentence}:\n${said}`;
  if (outcome.kind === "timed-out") throw new TimedOut(message);
  if (outcome.kind === "connection-lost") throw new NodeUnreachable(message);
  throw new CommandFailed(message, done.exitCode);
}

function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-tailLines).join("\n").trim();
}
