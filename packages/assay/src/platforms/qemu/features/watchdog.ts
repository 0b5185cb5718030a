import { UsageError } from "../../../errors/catalogue.ts";
import type { Watchdog, WatchdogAction, WatchdogMeans, WatchdogOptions } from "../../../features/watchdog.ts";
import type { Shell, ShellText } from "../../../node/shell/types.ts";
import type { Power } from "../machine/power.ts";
import type { QmpClient } from "../machine/qmp-client.ts";
import { EventQueue } from "./event-queue.ts";
import { runAsRoot } from "./guest-script.ts";
import { armScript, disarmScript } from "./watchdog-script.ts";

const DEFAULT_TIMEOUT_MS = 120_000;
const MOST_SECONDS = 2046;

/** QEMU's own `poweroff` ends its process, and with it the machine; here the guest stands first and is then cut off. */
const QEMU_ACTIONS: Readonly<Record<WatchdogAction, string>> = {
  reset: "reset",
  poweroff: "pause",
  shutdown: "shutdown",
  pause: "pause",
  nmi: "inject-nmi",
  none: "none",
};

interface WatchdogParts {
  readonly qmp: QmpClient;
  readonly power: Pick<Power, "cut">;
  readonly shell: Shell;
}

/** The machine's i6300esb: QEMU acts when it runs out, the guest arms it. */
export class MachineWatchdog implements Watchdog {
  readonly featureName = "Watchdog";
  readonly #qmp: QmpClient;
  readonly #shell: Shell;
  readonly #queue: EventQueue<WatchdogAction>;
  #action: WatchdogAction = "reset";
  #consequence: Promise<unknown> = Promise.resolve();

  constructor({ qmp, power, shell }: WatchdogParts) {
    this.#qmp = qmp;
    this.#shell = shell;
    this.#queue = new EventQueue(qmp, ({ event }) => (event === "WATCHDOG" ? this.#action : undefined));
    this.#queue.follow((action) => {
      if (action === "poweroff") this.#consequence = power.cut();
      else if (action === "reset") this.#consequence = qmp.waitForEvent(({ event }) => event === "RESET", "reset");
      // A machine that cannot be cut off is gone, which its environment tells.
      this.#consequence.catch(() => undefined);
    });
  }

  async setAction(action: WatchdogAction): Promise<void> {
    const known = Object.hasOwn(QEMU_ACTIONS, action);
    if (!known) {
      throw new UsageError(`A watchdog has no action '${action}'.`, {
        help: `Actions: ${Object.keys(QEMU_ACTIONS).join(", ")}.`,
      });
    }
    await this.#qmp.execute("watchdog-set-action", { action: QEMU_ACTIONS[action] });
    this.#action = action;
  }

  async arm(seconds: number, options: WatchdogOptions = {}): Promise<WatchdogMeans> {
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > MOST_SECONDS) {
      throw new UsageError(`A watchdog cannot be set to ${seconds} s.`, { help: `Give 1 to ${MOST_SECONDS} seconds.` });
    }
    this.#queue.forget();
    return await this.#ask("Arming the watchdog", armScript(seconds), options);
  }

  async disarm(options: WatchdogOptions = {}): Promise<void> {
    await this.#ask("Disarming the watchdog", disarmScript(), options);
  }

  async expired({ signal, timeoutMs = DEFAULT_TIMEOUT_MS }: WatchdogOptions = {}): Promise<WatchdogAction> {
    const action = await this.#queue.next("The watchdog did not run out", { signal, timeoutMs });
    await this.#consequence;
    return action;
  }

  async #ask(what: string, script: ShellText, options: WatchdogOptions): Promise<WatchdogMeans> {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const by = await runAsRoot(this.#shell, { what, script, signal, timeoutMs });
    return by === "driver" ? "driver" : "registers";
  }
}
