import { TimedOut } from "../../../errors/catalogue.ts";
import type { Hibernation, HibernationOptions } from "../../../features/hibernation.ts";
import type { Shell } from "../../../node/shell/types.ts";
import type { Power } from "../machine/power.ts";
import type { QmpClient } from "../machine/qmp-client.ts";
import { runAsRoot } from "./guest-script.ts";
import { prepareScript, sleepScript } from "./hibernation-script.ts";

const DEFAULT_TIMEOUT_MS = 600_000;

interface HibernationParts {
  readonly qmp: QmpClient;
  readonly power: Pick<Power, "status" | "wake">;
  readonly shell: Shell;
}

/** Sleep states (ACPI S3 and S4): the guest goes to sleep by itself, QEMU tells when it is there and wakes it. */
export class MachineHibernation implements Hibernation {
  readonly featureName = "Hibernation";
  readonly #qmp: QmpClient;
  readonly #power: Pick<Power, "status" | "wake">;
  readonly #shell: Shell;

  constructor({ qmp, power, shell }: HibernationParts) {
    this.#qmp = qmp;
    this.#power = power;
    this.#shell = shell;
  }

  async prepare({ signal, timeoutMs = DEFAULT_TIMEOUT_MS }: HibernationOptions = {}): Promise<void> {
    const what = "Preparing to hibernate";
    await runAsRoot(this.#shell, { what, script: prepareScript(), signal, timeoutMs });
  }

  async hibernate(options: HibernationOptions = {}): Promise<void> {
    await this.prepare(options);
    await this.#sleep("disk", "SHUTDOWN", options);
  }

  async suspend(options: HibernationOptions = {}): Promise<void> {
    await this.#sleep("mem", "SUSPEND", options);
  }

  async wake(options: HibernationOptions = {}): Promise<void> {
    if ((await this.#power.status(options)) === "suspended") await this.#power.wake(options);
  }

  async #sleep(kind: "disk" | "mem", wanted: string, options: HibernationOptions): Promise<void> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    const limits = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
    const asleep = this.#qmp.waitForEvent(({ event }) => event === wanted, wanted, limits);
    asleep.catch(() => undefined);
    await runAsRoot(this.#shell, { what: "Going to sleep", script: sleepScript(kind), signal, timeoutMs });
    try {
      await asleep;
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      const state = kind === "disk" ? "hibernate" : "suspend";
      throw new TimedOut(`The guest was asked to ${state} and did not within ${timeoutMs / 1000} s.`, {
        help: "Look at the serial log for what its kernel says (PM: …).",
        cause: error,
      });
    }
  }
}
