import { PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import { sh } from "../../../node/shell/command.ts";
import { requireSuccess } from "../../../node/shell/require-success.ts";
import type { Shell } from "../../../node/shell/types.ts";
import { VIRTIOFS_LINE } from "../machine/devices/extra-devices.ts";
import type { HotPlugPorts } from "../machine/hot-plug-ports.ts";
import { QmpRefused } from "../machine/qmp-client.ts";
import { withUdevEvents } from "../udev-events.ts";
import { notServed } from "./not-served.ts";
import type { ServedFolder } from "./served-folder.ts";

const SHARE_DEVICE = "share0";
const DEFAULT_TIMEOUT_MS = 60_000;

interface PlugOptions {
  /** For each of the two: QEMU's answer, and the guest's. Default 60 000 ms. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Plugs the device of a served folder into a running machine. Throws PlatformError with the daemon's last words when it
 * does not serve, and as {@link HotPlugPorts.plug} does.
 */
export async function plugFolder(
  ports: Pick<HotPlugPorts, "plug">,
  { ended, share }: Pick<ServedFolder, "ended" | "share">,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: PlugOptions = {},
): Promise<void> {
  const limits = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
  const device = { driver: "vhost-user-fs-pci", id: SHARE_DEVICE, chardev: VIRTIOFS_LINE, tag: share.tag };
  try {
    await ports.plug({ ...device, "queue-size": QUEUE_SIZE }, limits);
  } catch (error) {
    if (!(error instanceof QmpRefused)) throw error;
    throw await notServed(share, ended, error);
  }
}

/** As many requests as the guest has under way at once; the most that the daemons take. */
const QUEUE_SIZE = 1024;

/** As the kernel tells it under /sys: the number of file systems among virtio's devices (virtio 1.2, 5.11.1). */
const FILE_SYSTEM = "0x001a";

/** Ends when the device is there and its driver had a chance to take it. */
const WAIT = withUdevEvents(
  "virtio",
  sh`
while read -r kind rest; do
  case $kind in
    MONITOR) monitor=$rest; continue ;;
    UDEV*) ;;
    *) continue ;;
  esac
  for each in /sys/bus/virtio/devices/*; do
    read -r number < "$each/device" || continue
    [ "$number" = ${FILE_SYSTEM} ] || continue
    [ -e "$each/driver" ] || PATH=$PATH:/usr/sbin:/sbin modprobe -q virtiofs
    kill "$monitor"
    exit 0
  done
done
echo 'udevadm ended by itself.' >&2
exit 3`,
);

/** Waits until the guest can mount the folder, as far as its kernel knows virtiofs at all. Throws TimedOut. */
export async function waitForFolder(
  shell: Shell,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: PlugOptions = {},
): Promise<void> {
  const done = await shell.run(WAIT, { timeoutMs, sudo: true, ...(signal === undefined ? {} : { signal }) });
  if (done.exitCode === 3) throw new PlatformError(`The guest cannot tell of its devices: ${done.stderr.trim()}`);
  if (done.outcome.kind !== "timed-out") return requireSuccess(done, shell.label, signal);
  throw new TimedOut(`The guest did not see its shared folder within ${timeoutMs / 1000} s.`, {
    help: "Look at the guest's kernel log; its kernel may have no driver for hot plug.",
  });
}
