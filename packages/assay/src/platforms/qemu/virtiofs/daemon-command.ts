import type { Share } from "../hardware.ts";
import type { Virtiofsd } from "../host/virtiofsd.ts";

/** Number under which the daemon inherits the socket on which it takes its one connection. */
export const DAEMON_FD = 3;

/** Its memory is the guest's, which shall be in no core file. */
const LAUNCH = 'ulimit -c 0; read -r go && exec "$@" < /dev/null';

/** What comes before, in a view of the host's files that only the daemon has: there nobody can write to the folder. */
const LAUNCH_READ_ONLY = `folder=$1; shift
mount --bind -- "$folder" "$folder" && mount -o remount,bind,ro -- "$folder" || exit 1
${LAUNCH}`;

/**
 * The daemon's command line behind a launcher that waits for a line on its input. The daemon shuts itself in: it sees
 * the folder alone, and gives up all rights but those over owners and modes of files.
 */
export function daemonCommand(daemon: Virtiofsd, share: Share): readonly [program: string, ...rest: string[]] {
  const { hasReadOnly, path } = daemon;
  const command = [path, `--fd=${DAEMON_FD}`, ...options(daemon, share)];
  if (!share.isReadOnly || hasReadOnly) return ["/bin/sh", "-c", LAUNCH, "virtiofsd", ...command];
  return ["unshare", "--mount", "/bin/sh", "-c", LAUNCH_READ_ONLY, "virtiofsd", share.path, ...command];
}

function options({ hasReadOnly, kind }: Virtiofsd, { isReadOnly, path }: Share): readonly string[] {
  if (kind === "c") {
    // Backslashes stand before what would end a part of the option. Its chatter would hide why it ended.
    const source = `source=${path.replaceAll(/[\\,]/g, "\\$&")}`;
    return ["-o", source, "-o", "sandbox=namespace", "-o", "log_level=warn"];
  }
  return ["--shared-dir", path, "--sandbox", "namespace", ...(isReadOnly && hasReadOnly ? ["--readonly"] : [])];
}
