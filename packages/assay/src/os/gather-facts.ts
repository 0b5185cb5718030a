import type { Node } from "../node/node.ts";
import { sh } from "../node/shell/command.ts";
import type { OsFacts } from "./facts.ts";
import { parseFacts } from "./parse-facts.ts";

/**
 * One script for one round trip. Every answer is a section after a line `== name`; the files are named in proc(5) and
 * os-release(5). What a guest does not have stays an empty section.
 */
const factsScript = sh`
for f in /etc/os-release /usr/lib/os-release; do
  if [ -r "$f" ]; then echo '== os-release'; cat "$f"; echo; break; fi
done
echo '== uname'; uname -m; uname -r; uname -v; uname -n
echo '== boot-id'; cat /proc/sys/kernel/random/boot_id
echo '== cpus'; getconf _NPROCESSORS_ONLN || grep -c '^processor' /proc/cpuinfo
echo '== memory'; grep '^MemTotal:' /proc/meminfo
echo '== uefi'; if [ -d /sys/firmware/efi ]; then echo yes; else echo no; fi
echo '== cmdline'; cat /proc/cmdline
echo '== systemd'; if [ -d /run/systemd/system ]; then echo yes; else echo no; fi
exit 0`;

/** Asks the guest for the facts of its operating system. Throws CommandFailed, TimedOut, NodeUnreachable, UnexpectedOutput. */
export async function gatherFacts(node: Pick<Node, "text">): Promise<OsFacts> {
  return parseFacts(await node.text(factsScript, { timeoutMs: 60_000 }));
}
