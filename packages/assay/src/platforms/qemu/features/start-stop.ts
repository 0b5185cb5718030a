import type { Hibernation } from "../../../features/hibernation.ts";
import type {
  PowerStatus,
  RestartOptions,
  StartStop,
  StartStopOptions,
  StopOptions,
} from "../../../features/start-stop.ts";
import type { Power } from "../machine/power.ts";

/** What power control is made of. */
export type PowerControl = Pick<
  Power,
  "status" | "stop" | "pressButton" | "cut" | "start" | "reset" | "pause" | "sendNmi"
>;

/** Power control through QEMU, with hibernation as one of the ways to be off. */
export class MachineStartStop implements StartStop {
  readonly featureName = "StartStop";
  readonly #power: PowerControl;
  readonly #hibernation: Hibernation;

  constructor(power: PowerControl, hibernation: Hibernation) {
    this.#power = power;
    this.#hibernation = hibernation;
  }

  async status(options: StartStopOptions = {}): Promise<PowerStatus> {
    return await this.#power.status(options);
  }

  async stop({ mode = "graceful", state = "shutdown", wait = true, ...limits }: StopOptions = {}): Promise<void> {
    if ((await this.#power.status(limits)) === "off") return;
    if (state === "hibernate") {
      const asleep = this.#hibernation.hibernate(limits);
      if (wait) await asleep;
      else asleep.catch(() => undefined);
    } else if (mode === "hard") await this.#power.cut(limits);
    else if (wait) await this.#power.stop(limits);
    else await this.#power.pressButton(limits);
  }

  async start(options: StartStopOptions = {}): Promise<void> {
    await this.#power.start(options);
  }

  async restart({ mode = "hard", ...limits }: RestartOptions = {}): Promise<void> {
    if (mode === "graceful") await this.#power.stop(limits);
    await this.#power.reset(limits);
  }

  async pause(options: StartStopOptions = {}): Promise<void> {
    await this.#power.pause(options);
  }

  async sendNmi(options: StartStopOptions = {}): Promise<void> {
    await this.#power.sendNmi(options);
  }
}
