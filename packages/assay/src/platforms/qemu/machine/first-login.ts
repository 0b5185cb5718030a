import { PlatformError } from "../../../errors/catalogue.ts";
import { sh } from "../../../node/shell/command.ts";
import type { Shell } from "../../../node/shell/types.ts";
import type { BootWay, OwnLogin } from "../boot-way.ts";
import type { SshKey } from "./ssh-key.ts";

const LIMIT_MS = 120_000;

/** With what the first login is tried: the key that seed or Ignition bring, or what the image knows already. */
export function firstLogin({ login }: BootWay, { privateKey }: Pick<SshKey, "privateKey">): OwnLogin {
  return login ?? { privateKey };
}

/** What is to blame when the first login is refused, and what to look at. */
export function refusedFirstLogin({ hasIgnition, login, seed }: BootWay): {
  readonly what: string;
  readonly help: string;
} {
  if (login !== undefined)
    return {
      what: "the key or password of the runbook",
      help: "Check 'admin_username' with 'admin_private_key_file' or 'admin_password': the account must be in the image.",
    };
  if (hasIgnition && seed === "none")
    return { what: "the key of its Ignition configuration", help: "Check that the image holds Ignition for QEMU." };
  const source = seed === "config_drive" ? "ConfigDrive" : "NoCloud";
  return {
    what: "the key of its cloud-init seed",
    help: `Check that the image holds cloud-init with the ${source} data source enabled.`,
  };
}

/** Makes the account of an image that was given no seed take assay's key as well. Throws PlatformError. */
export async function authorizeKey(
  shell: Shell,
  way: BootWay,
  { publicKey }: Pick<SshKey, "publicKey">,
  signal: AbortSignal,
): Promise<void> {
  if (way.login === undefined) return;
  // A line of its own, also behind a last line without an end.
  const line = `\n${publicKey}\n`;
  const done = await shell.run(
    sh`umask 077 && mkdir -p ~/.ssh && printf %s ${line} >> ~/.ssh/authorized_keys && sudo -n true`,
    { timeoutMs: LIMIT_MS, signal },
  );
  signal.throwIfAborted();
  if (done.exitCode === 0) return;
  throw new PlatformError(`The account of the image cannot be used: ${done.stderr.trim() || done.outcome.kind}`, {
    help: "It needs a home folder of its own and sudo without a password ('ALL=(ALL) NOPASSWD:ALL').",
  });
}
