import { existsSync } from "node:fs";
import { posix } from "node:path";
import type { Node } from "../../../node/node.ts";
import { sh } from "../../../node/shell/command.ts";
import { localPath } from "../../local-files.ts";
import type { TransformerContext } from "../../transformer.ts";

const TIMEOUT_MS = 600_000;

/**
 * Writes the kernel's configuration: a file of this machine, one on the node (relative to the code), or that of the
 * running kernel; what it does not say takes the standard.
 */
export async function configure(
  node: Node,
  code: string,
  file: string | undefined,
  { runbookFolder }: Pick<TransformerContext, "runbookFolder">,
): Promise<void> {
  if (file !== undefined && existsSync(localPath(file, runbookFolder))) {
    await node.shell.upload(localPath(file, runbookFolder), posix.join(code, ".config"));
  } else if (file !== undefined) {
    await node.text(sh`cp -- ${posix.resolve(code, file)} .config`, { cwd: code });
  } else {
    const running = sh`cp "/boot/config-$(uname -r)" .config 2>/dev/null || zcat /proc/config.gz > .config`;
    await node.text(running, { cwd: code });
  }
  // The distribution's keys are not here, and a build must not ask for them.
  const keys = sh`if [ -x scripts/config ]; then
    scripts/config --set-str SYSTEM_TRUSTED_KEYS '' --set-str SYSTEM_REVOCATION_KEYS ''
  fi && make olddefconfig`;
  await node.text(keys, { cwd: code, timeoutMs: TIMEOUT_MS });
}
