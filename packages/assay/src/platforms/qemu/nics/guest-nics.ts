import { PlatformError } from "../../../errors/catalogue.ts";
import type { NicStatistics } from "../../../features/network-interface.ts";
import { sh } from "../../../node/shell/command.ts";
import type { Completed, Shell, ShellText } from "../../../node/shell/types.ts";
import { FIND_DEVICE, LEAVE_ALONE } from "../network/network-script.ts";
import { withUdevEvents } from "../udev-events.ts";
import { NIC_PREFIX_LENGTH } from "./nic-plan.ts";

/** Linux needs a second under emulation, and much longer on a host with twenty other guests. */
const APPEAR_LIMIT_S = 120;
/** For what asks a guest and waits for nothing. */
const ANSWER_LIMIT_MS = 180_000;

type Address = { readonly macAddress: string; readonly address: string };

/** Waits until the name of the interface is final, for which udev has a record of it, and gives it its address. */
const joinScript = ({ macAddress, address }: Address): ShellText =>
  withUdevEvents(
    "net",
    sh`${FIND_DEVICE}
is_named=
while read -r kind rest; do
  [ "$kind" = MONITOR ] && monitor=$rest
  [ "$kind" = UDEV ] && find_device ${macAddress} 2> /dev/null || continue
  { read -r number < "/sys/class/net/$device/ifindex"; } 2> /dev/null || continue
  if [ -e "/run/udev/data/n$number" ]; then is_named=yes; kill "$monitor"; break; fi
done
[ "$is_named" ] || { echo 'udevadm ended by itself.' >&2; exit 3; }
set -e
# The record may have come just after the name of before was read.
find_device ${macAddress}
${LEAVE_ALONE}
ip address replace ${`${address}/${NIC_PREFIX_LENGTH}`} dev "$device"
ip link set dev "$device" up`,
  );

const COUNTERS = {
  receivedBytes: "rx_bytes",
  receivedPackets: "rx_packets",
  receiveErrors: "rx_errors",
  receiveDrops: "rx_dropped",
  sentBytes: "tx_bytes",
  sentPackets: "tx_packets",
  sendErrors: "tx_errors",
  sendDrops: "tx_dropped",
} as const satisfies { readonly [K in keyof NicStatistics]: string };

/** The interfaces of a guest, as the guest itself has them. */
export class GuestNics {
  readonly #shell: Pick<Shell, "run">;

  constructor(shell: Pick<Shell, "run">) {
    this.#shell = shell;
  }

  /** Waits until the guest has the interface and gives it its address. Throws PlatformError with the guest's words. */
  async join(nic: Address & { readonly id: string }, signal: AbortSignal | undefined): Promise<void> {
    const done = await this.#run(joinScript(nic), { sudo: true, timeoutMs: APPEAR_LIMIT_S * 1000 }, signal);
    if (done.exitCode === 0) return;
    if (done.outcome.kind === "timed-out") {
      throw new PlatformError(`The guest did not show the interface '${nic.id}' within ${APPEAR_LIMIT_S} s.`, {
        help: "Look at the guest's kernel log: its kernel may have no driver for this model, or none for hot plug.",
      });
    }
    throw new PlatformError(
      `The guest did not take the interface '${nic.id}': ${done.stderr.trim() || done.outcome.kind}`,
      { help: "It needs udev and the program 'ip' (iproute2)." },
    );
  }

  /** The guest's name of the interface. Throws PlatformError. */
  async deviceName(macAddress: string): Promise<string> {
    const done = await this.#run(sh`${FIND_DEVICE}
find_device ${macAddress} && echo "$device"`);
    return this.#told(done);
  }

  /** Throws PlatformError. */
  async statistics(macAddress: string): Promise<NicStatistics> {
    const names = Object.values(COUNTERS);
    const done = await this.#run(sh`${FIND_DEVICE}
find_device ${macAddress} && cd "/sys/class/net/$device/statistics" && cat ${names}`);
    const numbers = this.#told(done).split("\n").map(Number);
    const counted = Object.keys(COUNTERS).map((key, index) => [key, numbers[index] ?? 0] as const);
    return Object.fromEntries(counted) as unknown as NicStatistics;
  }

  #told(done: Completed): string {
    if (done.exitCode === 0) return done.stdout.trim();
    throw new PlatformError(`The guest does not tell of its interface: ${done.stderr.trim() || done.outcome.kind}`);
  }

  async #run(script: ShellText, options: Parameters<Shell["run"]>[1] = {}, signal?: AbortSignal): Promise<Completed> {
    const done = await this.#shell.run(script, { timeoutMs: ANSWER_LIMIT_MS, ...options, ...(signal && { signal }) });
    signal?.throwIfAborted();
    return done;
  }
}
