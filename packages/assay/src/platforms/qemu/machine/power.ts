import { PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import type { PowerStatus, StartStopOptions } from "../../../features/start-stop.ts";
import type { QmpClient, QmpEvent, QmpExecuteOptions } from "./qmp-client.ts";

const DEFAULT_TIMEOUT_MS = 300_000;

/** What has happened to the machine that QEMU's own status does not tell. */
type Fate = "off" | "panicked" | undefined;

/** Power of a machine. Off means that the guest's processors stand after a power-off; QEMU lives on. */
export class Power {
  readonly #qmp: QmpClient;
  #fate: Fate;

  constructor(qmp: QmpClient) {
    this.#qmp = qmp;
    qmp.onEvent((event) => this.#hear(event));
  }

  async status(options: StartStopOptions = {}): Promise<PowerStatus> {
    const { status } = (await this.#qmp.execute("query-status", {}, limitsOf(options))) as { status: string };
    if (status === "shutdown") return "off";
    if (status === "guest-panicked") return "panicked";
    if (this.#fate !== undefined) return this.#fate;
    if (status === "suspended") return "suspended";
    return status === "running" ? "running" : "paused";
  }

  /** Presses the power button and waits until the guest has powered off. Throws TimedOut when it never does. */
  async stop(options: StartStopOptions = {}): Promise<void> {
    if ((await this.status(options)) === "off") return;
    const limits = limitsOf(options);
    const powerOff = this.nextPowerOff(limits);
    // The wait is looked at only after the button was pressed; a failing press must not leave it unhandled.
    powerOff.catch(() => undefined);
    await this.pressButton(options);
    try {
      await powerOff;
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      throw new TimedOut(
        `The guest did not power off within ${limits.timeoutMs / 1000} s of pressing its power button.`,
        {
          help: "Look at the serial log for what held up the shutdown.",
          cause: error,
        },
      );
    }
  }

  async nextPowerOff(limits: QmpExecuteOptions): Promise<void> {
    await this.#qmp.waitForEvent(({ event }) => event === "SHUTDOWN", "power-off of the guest", limits);
  }

  async pressButton(options: StartStopOptions = {}): Promise<void> {
    await this.#qmp.execute("system_powerdown", {}, limitsOf(options));
  }

  /** Pulls the plug: the processors stand, and nothing of the guest is left but its disks. */
  async cut(options: StartStopOptions = {}): Promise<void> {
    if ((await this.status(options)) === "off") return;
    await this.#qmp.execute("stop", {}, limitsOf(options));
    await this.#qmp.execute("system_reset", {}, limitsOf(options));
    this.#fate = "off";
  }

  /** Makes the guest run, from power-on or from where it stood. */
  async start(options: StartStopOptions = {}): Promise<void> {
    const status = await this.status(options);
    // One whose plug was pulled is reset already.
    if (status === "paused" || this.#fate === "off") await this.#continue(options);
    else if (status === "off" || status === "panicked") await this.reset(options);
    else if (status === "suspended") await this.wake(options);
  }

  async reset(options: StartStopOptions = {}): Promise<void> {
    await this.#qmp.execute("system_reset", {}, limitsOf(options));
    this.#fate = undefined;
    await this.#continue(options);
  }

  async pause(options: StartStopOptions = {}): Promise<void> {
    const status = await this.status(options);
    if (status === "running") await this.#qmp.execute("stop", {}, limitsOf(options));
    else if (status !== "paused") throw new PlatformError(`A machine that is ${status} cannot be paused.`);
  }

  async wake(options: StartStopOptions = {}): Promise<void> {
    await this.#qmp.execute("system_wakeup", {}, limitsOf(options));
  }

  async sendNmi(options: StartStopOptions = {}): Promise<void> {
    await this.#qmp.execute("inject-nmi", {}, limitsOf(options));
  }

  async #continue(options: StartStopOptions): Promise<void> {
    await this.#qmp.execute("cont", {}, limitsOf(options));
  }

  #hear({ event, data }: QmpEvent): void {
    if (event === "GUEST_PANICKED") this.#fate = "panicked";
    // A reset by the host may be that of a machine whose plug was pulled, and which stays off until it runs again.
    if (event === "RESUME" || (event === "RESET" && data.guest === true)) this.#fate = undefined;
  }
}

/** How long a command of QEMU may take, with what is the default of power control. */
function limitsOf({ timeoutMs = DEFAULT_TIMEOUT_MS, signal }: StartStopOptions): QmpExecuteOptions & {
  readonly timeoutMs: number;
} {
  return { timeoutMs, ...(signal === undefined ? {} : { signal }) };
}
