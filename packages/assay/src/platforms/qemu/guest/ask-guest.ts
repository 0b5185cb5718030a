import { requireSuccess } from "../../../node/shell/require-success.ts";
import type { RunOptions, Shell, ShellText } from "../../../node/shell/types.ts";

/**
 * Runs a script in the guest as root and gives what it prints. Throws CommandFailed, TimedOut, NodeUnreachable or the
 * reason of the abort.
 */
export async function askGuest(
  shell: Pick<Shell, "run" | "label">,
  script: ShellText,
  options: Pick<RunOptions, "signal" | "timeoutMs"> = {},
): Promise<string> {
  const done = await shell.run(script, { ...options, sudo: true });
  requireSuccess(done, shell.label, options.signal);
  return done.stdout.trim();
}
