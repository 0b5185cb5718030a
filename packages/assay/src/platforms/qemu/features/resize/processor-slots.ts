import { sh } from "../../../../node/shell/command.ts";
import type { Shell } from "../../../../node/shell/types.ts";
import { askGuest } from "../../guest/ask-guest.ts";
import type { QmpClient, QmpExecuteOptions } from "../../machine/qmp-client.ts";
import type { HotParts } from "./hot-parts.ts";
import { letGo } from "./let-go.ts";
import { listProcessors, type ProcessorSlot } from "./list-processors.ts";
import { withRoomForCode } from "./room-for-code.ts";

type Limits = QmpExecuteOptions & { readonly timeoutMs: number };

const LIST = sh`cd /sys/devices/system/cpu && echo cpu[0-9]*`;

/** The processors of a machine that can come and go. */
export class ProcessorSlots {
  readonly #qmp: QmpClient;
  readonly #shell: Shell;
  readonly #parts: HotParts;
  /** Processors that the guest knew before others were added. */
  #known = "";

  constructor(qmp: QmpClient, shell: Shell, parts: HotParts) {
    this.#qmp = qmp;
    this.#shell = shell;
    this.#parts = parts;
  }

  async count(): Promise<number> {
    return (await this.#slots()).filter(isTaken).length;
  }

  /** Whether the board has its processors for good. */
  async areFixed(): Promise<boolean> {
    return (await listProcessors(this.#qmp)).areFixed;
  }

  /** How many there are room for. */
  async most(): Promise<number> {
    return (await this.#slots()).length;
  }

  /** Remembers which processors are there, so that none is put into use that somebody has taken out of use. */
  async expectMore(limits: Limits): Promise<void> {
    this.#known = await askGuest(this.#shell, LIST, limits);
  }

  /** Plugs so many more into a running machine, in the order of their numbers; none for less than one. */
  async add(count: number, limits: Limits): Promise<void> {
    // QEMU names the last slot first.
    const slots = await this.#slots();
    const free = slots.filter((slot) => !isTaken(slot)).toReversed();
    const before = slots.length - free.length;
    for (const [index, slot] of free.slice(0, Math.max(0, count)).entries()) {
      await withRoomForCode(
        this.#qmp,
        {
          exert: () => askGuest(this.#shell, LIST, limits),
          plug: () => this.#parts.addProcessor(slot, before + index + 1, limits),
        },
        limits,
      );
    }
  }

  /** Takes so many away, the last first; none for less than one. */
  async remove(count: number, limits: Limits): Promise<void> {
    const taken = (await this.#slots()).filter(isTaken);
    for (const [index, slot] of taken.slice(0, Math.max(0, count)).entries()) {
      const path = slot["qom-path"] ?? "";
      // What was there from the beginning has no name, and goes by its path.
      const id = /^\/machine\/peripheral\/([^/]+)$/.exec(path)?.[1] ?? path;
      const isGone = async () => (await this.#slots()).every((each) => each["qom-path"] !== path);
      const ask = () => this.#parts.askForProcessor(id, taken.length - index - 1, limits);
      await letGo({ qmp: this.#qmp, id, ask, isGone }, limits);
    }
  }

  /** Waits until the guest knows all its processors and has those in use that are new to it. */
  async putIntoUse(count: number, limits: Limits): Promise<void> {
    // The kernel adds them one after the other and tells udev, which images need not have; a look is cheap.
    const script = sh`cd /sys/devices/system/cpu || exit 1
end=$(($(date +%s) + ${Math.ceil(limits.timeoutMs / 1000)}))
while :; do
  set -- cpu[0-9]*
  [ $# -lt ${count} ] || break
  [ "$(date +%s)" -lt "$end" ] || { echo "The guest knows $# of ${count} processors." >&2; exit 1; }
  sleep 0.2
done
for cpu in "$@"; do
  case " "${this.#known}" " in *" $cpu "*) continue ;; esac
  if [ -e "$cpu/online" ]; then read -r state < "$cpu/online"; else state=1; fi
  [ "$state" = 1 ] || echo 1 > "$cpu/online" || exit 1
done`;
    await askGuest(this.#shell, script, { ...limits, timeoutMs: 2 * limits.timeoutMs });
    this.#known = "";
  }

  async #slots(): Promise<readonly ProcessorSlot[]> {
    return (await listProcessors(this.#qmp)).slots;
  }
}

const isTaken = (slot: ProcessorSlot): boolean => slot["qom-path"] !== undefined;
