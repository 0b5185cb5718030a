import { CommandFailed } from "../../../errors/catalogue.ts";
import { requireSuccess } from "../../../node/shell/require-success.ts";
import type { Shell, ShellText } from "../../../node/shell/types.ts";

interface GuestScript {
  /** What it is for, as the subject of a message, such as `Arming the watchdog`. */
  readonly what: string;
  readonly script: ShellText;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** Runs a script as root and gives what it printed. Throws CommandFailed with its own words when it fails. */
export async function runAsRoot(shell: Shell, { what, script, signal, timeoutMs }: GuestScript): Promise<string> {
  const done = await shell.run(script, { sudo: true, timeoutMs, ...(signal === undefined ? {} : { signal }) });
  if (done.outcome.kind === "exited" && done.exitCode !== 0) {
    throw new CommandFailed(`${what} failed in the guest: ${done.stderr.trim()}`, done.exitCode);
  }
  requireSuccess(done, shell.label, signal);
  return done.stdout.trim();
}
