import { UsageError } from "../errors/catalogue.ts";
import type { Node } from "../node/node.ts";
import { sh } from "../node/shell/command.ts";
import type { RunOptions, ShellText } from "../node/shell/types.ts";
import type { OsFacts } from "./facts.ts";

/** Mirrors and package scripts take their time, more so on an emulated guest. */
const TIMEOUT_MS = 1_800_000;
const OPTIONS: RunOptions = { sudo: true, timeoutMs: TIMEOUT_MS, env: { DEBIAN_FRONTEND: "noninteractive" } };

/** apt-get that asks nothing and waits for a package manager that is at work. */
export const APT = sh`apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold`;

/**
 * Installs packages of the distribution's repositories; an empty list does nothing. Throws CommandFailed with what the
 * package manager says, and UsageError for a distribution whose package manager is not known.
 */
export async function installPackages(node: Node, packages: readonly string[]): Promise<void> {
  if (packages.length === 0) return;
  await runPackageManager(node, installCommand(await node.facts(), packages));
}

/** Runs a package manager as root, with time and without questions. Throws CommandFailed with what it says. */
export async function runPackageManager(node: Node, command: ShellText): Promise<string> {
  return await node.text(command, OPTIONS);
}

function installCommand({ family, id }: OsFacts, packages: readonly string[]): ShellText {
  switch (family) {
    case "debian":
      return sh`${APT} update && ${APT} install -- ${packages}`;
    case "redhat":
      return sh`if command -v dnf >/dev/null; then m=dnf; else m=yum; fi; $m -y install -- ${packages}`;
    case "azurelinux":
      return sh`tdnf -y install -- ${packages}`;
    case "suse":
      return sh`zypper --non-interactive --gpg-auto-import-keys install -- ${packages}`;
    case "alpine":
      return sh`apk add -- ${packages}`;
    default:
      throw new UsageError(`It is not known how packages are installed on the distribution '${id}'.`);
  }
}
