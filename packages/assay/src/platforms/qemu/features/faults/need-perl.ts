import { PlatformError } from "../../../../errors/catalogue.ts";
import type { Shell } from "../../../../node/shell/types.ts";

/** Throws PlatformError for a guest in which no Perl program can be run. */
export async function needPerl(shell: Pick<Shell, "run">): Promise<void> {
  const { exitCode, outcome } = await shell.run(["perl", "-e", "1"], { timeoutMs: 60_000 });
  if (exitCode === 0) return;
  throw new PlatformError(`This fault is made by a Perl program, which does not run in the guest: ${outcome.kind}.`, {
    help: "Install Perl in the guest.",
  });
}
