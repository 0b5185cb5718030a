import { PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import type { DiskOptions } from "../../../features/disk.ts";
import { sh } from "../../../node/shell/command.ts";
import { requireSuccess } from "../../../node/shell/require-success.ts";
import type { Shell } from "../../../node/shell/types.ts";

/** A whole disk as the guest's kernel has it. */
export interface SeenDisk {
  readonly path: string;
  readonly sizeBytes: number;
  readonly isReadOnly: boolean;
  /** Empty for a disk that tells none. */
  readonly serial: string;
}

const DEFAULT_TIMEOUT_MS = 60_000;
/** For what the guest does besides waiting. */
const SPARE_MS = 30_000;
const LIST = sh`lsblk --nodeps --noheadings --raw --bytes --paths --output NAME,SIZE,RO,SERIAL`;

/**
 * Prints the disks when all are as wanted; exits 1 with what there is when they are not in time. udev is listened to
 * before the disks are looked at, so that no change is missed, and it tells of a disk when its names are in place. Each
 * disk that is waited for brings an event at least, so the next look waits for as many.
 */
const waitScript = (wanted: string, seconds: number) => sh`
command -v udevadm > /dev/null || { echo 'The guest has no udevadm.' >&2; exit 3; }
folder=$(mktemp -d) && mkfifo "$folder/events" || exit 3
timeout ${seconds} udevadm monitor --udev --subsystem-match=block > "$folder/events" 2>&1 &
monitor=$!
trap 'kill $monitor 2> /dev/null; rm -rf "$folder"' EXIT
left=1
while read -r kind rest; do
  [ "$kind" = UDEV ] || continue
  left=$((left - 1))
  [ "$left" -le 0 ] || continue
  disks=$(${LIST})
  left=$(printf '%s\n' "$disks" | awk -v wanted=${wanted} '
    BEGIN { count = split(wanted, all, " "); for (i = 1; i <= count; i++) { split(all[i], one, "="); want[one[1]] = one[2] } }
    { size[$4] = $2 }
    END {
      left = 0
      for (serial in want) {
        if (want[serial] == "gone") left += serial in size
        else left += size[serial] != want[serial]
      }
      print left
    }')
  [ "$left" = 0 ] && { udevadm settle --timeout=${seconds}; printf '%s\n' "$disks"; exit 0; }
done < "$folder/events"
printf '%s\n' "$disks"
exit 1`;

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
    const words = [...wanted].map(([serial, size]) => `${serial}=${size}`).join(" ");
    const done = await this.#shell.run(waitScript(words, Math.ceil(timeoutMs / 1000)), {
      timeoutMs: timeoutMs + SPARE_MS,
      ...(signal === undefined ? {} : { signal }),
    });
    if (done.exitCode === 3) throw new PlatformError(`The guest cannot tell of its disks: ${done.stderr.trim()}`);
    if (done.exitCode !== 1) requireSuccess(done, this.#shell.label, signal);
    const seen = parseDisks(done.stdout);
    if (done.exitCode === 0) return seen;
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
    const [path, size, readOnly, serial = ""] = line.trim().split(" ");
    if (path === undefined || path === "" || size === undefined) return [];
    return [{ path, sizeBytes: Number(size), isReadOnly: readOnly === "1", serial }];
  });
}
