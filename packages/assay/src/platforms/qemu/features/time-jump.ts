import { setTimeout as delay } from "node:timers/promises";
import { PlatformError, UsageError } from "../../../errors/catalogue.ts";
import type { TimeJump, TimeOptions } from "../../../features/time-jump.ts";
import { sh } from "../../../node/shell/command.ts";
import type { Shell } from "../../../node/shell/types.ts";
import { askGuest } from "../guest/ask-guest.ts";
import { rootOf, setGuestClock } from "../guest/guest-clock.ts";
import type { QmpClient } from "../machine/qmp-client.ts";

const LIMIT_MS = 120_000;
const MOST_JUMP_MS = 10 * 366 * 86_400_000;
const MOST_PAUSE_MS = 600_000;

/** The hardware clock follows the clock of the system where the guest has a way to set it; many images have but Perl. */
const SET_HARDWARE_CLOCK = sh`[ ! -e /dev/rtc0 ] || hwclock --systohc --utc 2> /dev/null || perl -e '
  open(my $rtc, "<", "/dev/rtc0") or exit 0;
  my @now = gmtime; ioctl($rtc, 0x4024700a, pack("i9", @now[0 .. 5], 0, 0, 0)) or die "$!\n";' || true`;

/** QEMU cannot move a guest's clock; what is running in the guest sees what a host's tools would do to it. */
export class QemuTimeJump implements TimeJump {
  readonly featureName = "TimeJump";
  readonly #qmp: QmpClient;
  readonly #shell: Shell;

  constructor(qmp: QmpClient, shell: Shell) {
    this.#qmp = qmp;
    this.#shell = shell;
  }

  async jump(byMs: number, options: TimeOptions = {}): Promise<void> {
    if (!Number.isInteger(byMs) || Math.abs(byMs) > MOST_JUMP_MS) {
      throw new UsageError(`A clock cannot jump by ${byMs} ms.`, { help: "Give whole ms, up to ten years." });
    }
    const script = sh`set -e
now=$(($(date -u +%s%3N) + ${byMs}))
milliseconds=$((now % 1000))
case $milliseconds in ?) milliseconds=00$milliseconds ;; ??) milliseconds=0$milliseconds ;; esac
date -u -s "@$((now / 1000)).$milliseconds" > /dev/null
${SET_HARDWARE_CLOCK}`;
    await askGuest(this.#shell, script, { ...options, timeoutMs: LIMIT_MS });
  }

  async pause(forMs: number, { signal }: TimeOptions = {}): Promise<void> {
    if (!(Number.isInteger(forMs) && forMs >= 1 && forMs <= MOST_PAUSE_MS)) {
      throw new UsageError(`A machine cannot stand for ${forMs} ms.`, { help: `Give 1 to ${MOST_PAUSE_MS} ms.` });
    }
    const { running } = (await this.#qmp.execute("query-status")) as { running: boolean };
    if (!running) throw new PlatformError("The machine does not run, so it cannot pause.", { help: "Start it first." });
    await this.#qmp.execute("stop");
    try {
      await delay(forMs, undefined, signal === undefined ? {} : { signal });
    } finally {
      await this.#qmp.execute("cont");
    }
  }

  async offsetMs(options: TimeOptions = {}): Promise<number> {
    let best: { readonly roundTripMs: number; readonly offsetMs: number } | undefined;
    for (let round = 1; round <= 3; round++) {
      const sentAt = Date.now();
      const told = await askGuest(this.#shell, sh`date -u +%s%3N`, { ...options, timeoutMs: LIMIT_MS });
      const receivedAt = Date.now();
      const roundTripMs = receivedAt - sentAt;
      const offsetMs = Math.round(Number(told) - (sentAt + receivedAt) / 2);
      if (best === undefined || roundTripMs < best.roundTripMs) best = { roundTripMs, offsetMs };
    }
    return best?.offsetMs ?? 0;
  }

  async correct({ signal }: TimeOptions = {}): Promise<void> {
    await setGuestClock(rootOf(this.#shell), signal, SET_HARDWARE_CLOCK);
  }
}
