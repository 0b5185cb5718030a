import { TimedOut } from "../../../errors/catalogue.ts";
import type { StartStop, StartStopOptions } from "../../../features/start-stop.ts";
import type { QmpClient } from "./qmp-client.ts";

const DEFAULT_TIMEOUT_MS = 300_000;

/** Power control through QEMU. Off means that the guest has powered off and its processors stand; QEMU lives on. */
export class Power implements StartStop {
  readonly featureName = "StartStop";
  readonly #qmp: QmpClient;

  constructor(qmp: QmpClient) {
    this.#qmp = qmp;
  }

  async stop(options: StartStopOptions = {}): Promise<void> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    if (await this.#isOff()) return;
    const limits = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
    const powerOff = this.#qmp.waitForEvent(({ event }) => event === "SHUTDOWN", "power-off of the guest", limits);
    // The wait is looked at only after the button was pressed; a failing press must not leave it unhandled.
    powerOff.catch(() => undefined);
    await this.#qmp.execute("system_powerdown", {}, limits);
    try {
      await powerOff;
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      throw new TimedOut(`The guest did not power off within ${timeoutMs / 1000} s of pressing its power button.`, {
        help: "Look at the serial log for what held up the shutdown.",
        cause: error,
      });
    }
  }

  async start(options: StartStopOptions = {}): Promise<void> {
    if (!(await this.#isOff())) return;
    await this.#resetAndRun(options);
  }

  async restart(options: StartStopOptions = {}): Promise<void> {
    await this.#resetAndRun(options);
  }

  async #resetAndRun({ timeoutMs = DEFAULT_TIMEOUT_MS, signal }: StartStopOptions): Promise<void> {
    const limits = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
    await this.#qmp.execute("system_reset", {}, limits);
    await this.#qmp.execute("cont", {}, limits);
  }

  async #isOff(): Promise<boolean> {
    const { status } = (await this.#qmp.execute("query-status")) as { status: string };
    return status === "shutdown" || status === "paused" || status === "guest-panicked";
  }
}
