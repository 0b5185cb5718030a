import { PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import type { DiskOptions } from "../../../features/disk.ts";
import { sh } from "../../../node/shell/command.ts";
import { requireSuccess } from "../../../node/shell/require-success.ts";
import type { Shell, ShellText } from "../../../node/shell/types.ts";
import { withUdevEvents } from "../udev-events.ts";

/** A whole disk as the guest's kernel has it. */
export interface SeenDisk {
  readonly path: string;
  readonly sizeBytes: number;
  readonly isReadOnly: boolean;
  /** Empty for a disk that tells none. */
  readonly serial: string;
}

const DEFAULT_TIMEOUT_MS = 60_000;
/** For what is told of disks that were waited for in vain. */
const LIST_TIMEOUT_MS = 30_000;
const LIST = sh`lsblk --nodeps --noheadings --raw --bytes --paths --output NAME,SIZE,RO,MAJ:MIN,SERIAL`;

/**
 * Prints the disks when all are as wanted. udev is listened to before the disks are looked at, so that no change is
 * missed. Each disk that is waited for brings an event at least, so the next look waits for as many. A disk's names are
 * in place when udev has a record of it; to wait until udev is idle would take twice as long, because it goes through
 * each new disk three times. There are few programs in it, as each costs an emulated guest a tenth of a second.
 */
function waitScript(wanted: ReadonlyMap<string, number | "gone">): ShellText {
  const words = [...wanted].map(([serial, size]) => `${serial}=${size}`);
  const absent = [...wanted.values()].filter((size) => size !== "gone").length;
  const body = sh`
set -f
look() {
  disks=$(${LIST})
  left=${absent}
  IFS='
'
  for line in $disks; do
    IFS=' '
    set -- $line
    case ${` ${words.join(" ")} `} in
      *" $5=$2 "*) [ -e "/run/udev/data/b$4" ] && left=$((left - 1)) ;;
      *" $5=gone "*) left=$((left + 1)) ;;
    esac
  done
}
left=1
while read -r kind rest; do
  case $kind in
    MONITOR) monitor=$rest ;;
    UDEV*) left=$((left - 1)) ;;
  esac
  [ "$left" -le 0 ] || continue
  look
  [ "$left" = 0 ] && { kill "$monitor"; printf '%s\n' "$disks"; exit 0; }
done
echo 'udevadm ended by itself.' >&2
exit 3`;
  return withUdevEvents("block", body);
}

/** The disks of a guest, asked from the guest itself. */
export class GuestDisks {
  readonly #shell: Shell;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  async list({ signal, timeoutMs = DEFAULT_TIMEOUT_MS }: DiskOptions = {}): Promise<readonly SeenDisk[]> {
    const done = await this.#shell.run(LIST, { timeoutMs, ...(signal === undefined ? {} : { signal }) });
    requireSuccess(done, this.#shell.label, signal);
    return parseDisks(done.stdout);
  }

  /**
   * Waits until the disks with these serial numbers have the size that is given with them, or are gone. Gives all disks
   * of the guest then. Throws TimedOut.
   */
  async settled(wanted: ReadonlyMap<string, number | "gone">, options: DiskOptions = {}): Promise<readonly SeenDisk[]> {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const done = await this.#shell.run(waitScript(wanted), {
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    if (done.exitCode === 3) throw new PlatformError(`The guest cannot tell of its disks: ${done.stderr.trim()}`);
    if (done.outcome.kind !== "timed-out") {
      requireSuccess(done, this.#shell.label, signal);
      return parseDisks(done.stdout);
    }
    const seen = await this.list({ timeoutMs: LIST_TIMEOUT_MS, ...(signal === undefined ? {} : { signal }) });
    throw new TimedOut(`The guest did not see ${inWords(wanted, seen)} within ${timeoutMs / 1000} s.`, {
      help: "Look at the guest's kernel log; its kernel may have no driver for the disk or for hot plug.",
    });
  }
}

function inWords(wanted: ReadonlyMap<string, number | "gone">, seen: readonly SeenDisk[]): string {
  const missing = [...wanted].flatMap(([serial, size]) => {
    const disk = seen.find((each) => each.serial === serial);
    if (size === "gone") return disk === undefined ? [] : [`that '${serial}' is gone (it has ${disk.path})`];
    if (disk?.sizeBytes === size) return [];
    const has = disk === undefined ? "" : ` (${disk.path} has ${disk.sizeBytes})`;
    return [`'${serial}' of ${size} bytes${has}`];
  });
  return missing.join(", ");
}

/** Parses `lsblk --raw` with the columns above, of which the last may be empty. */
export function parseDisks(text: string): readonly SeenDisk[] {
  return text.split("\n").flatMap((line) => {
    const [path, size, readOnly, , serial = ""] = line.trim().split(" ");
    if (path === undefined || path === "" || size === undefined) return [];
    return [{ path, sizeBytes: Number(size), isReadOnly: readOnly === "1", serial }];
  });
}
