import { PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import type { PowerStatus, StartStopOptions } from "../../../features/start-stop.ts";
import type { PowerControl } from "../../qemu/features/start-stop.ts";
import { Power } from "../../qemu/machine/power.ts";
import type { QmpClient } from "../../qemu/machine/qmp-client.ts";
import type { DomainEvent, DomainEvents } from "../connection/events.ts";
import type { Virsh } from "../connection/virsh.ts";
import type { DomainConsole } from "./console.ts";

const DEFAULT_TIMEOUT_MS = 300_000;

export interface DomainPowerParts {
  readonly virsh: Virsh;
  readonly events: DomainEvents;
  readonly console: DomainConsole;
  readonly qmp: QmpClient;
  readonly domain: string;
  /** Called before a machine ends without its guest's doing. */
  readonly onCut: () => void;
}

type Preparation = (signal: AbortSignal | undefined) => Promise<void> | void;

/** Power control through libvirt. A machine that is off stays defined, with its disks; its QEMU has gone. */
export class DomainPower implements PowerControl, Pick<Power, "wake"> {
  readonly #parts: DomainPowerParts;
  /** Knows of panics and sleep, which it hears from QEMU. */
  readonly #told: Power;
  readonly #preparations: Preparation[] = [];

  constructor(parts: DomainPowerParts) {
    this.#parts = parts;
    this.#told = new Power(parts.qmp);
  }

  /** Has `prepare` done whenever the machine is switched on, before its guest begins to run. */
  onSwitchOn(prepare: Preparation): void {
    this.#preparations.push(prepare);
  }

  async status(options: StartStopOptions = {}): Promise<PowerStatus> {
    return await this.#told.status(options);
  }

  async stop(options: StartStopOptions = {}): Promise<void> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    if ((await this.status(options)) === "off") return;
    const { events, domain } = this.#parts;
    const isOff = ({ detail, kind }: DomainEvent) => kind === "lifecycle" && detail.startsWith("Stopped");
    const powerOff = events.next(domain, isOff, { timeoutMs, signal });
    // The wait is looked at only after the button was pressed; a failing press must not leave it unhandled.
    powerOff.catch(() => undefined);
    await this.pressButton(options);
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

  async pressButton(options: StartStopOptions = {}): Promise<void> {
    await this.#run(["shutdown", this.#parts.domain, "--mode", "acpi"], options);
  }

  /** Pulls the plug. */
  async cut(options: StartStopOptions = {}): Promise<void> {
    if ((await this.status(options)) === "off") return;
    this.#parts.onCut();
    await this.#run(["destroy", this.#parts.domain], options);
  }

  async start(options: StartStopOptions = {}): Promise<void> {
    const status = await this.status(options);
    if (status === "suspended") await this.wake(options);
    else if (status === "paused") await this.#run(["resume", this.#parts.domain], options);
    else if (status !== "running") await this.reset(options);
  }

  async reset(options: StartStopOptions = {}): Promise<void> {
    const status = await this.status(options);
    if (status === "off") return await this.#switchOn(options);
    await this.#run(["reset", this.#parts.domain], options);
    if (status !== "running") await this.#run(["resume", this.#parts.domain], options);
  }

  async pause(options: StartStopOptions = {}): Promise<void> {
    const status = await this.status(options);
    if (status === "paused") return;
    if (status !== "running") throw new PlatformError(`A machine that is ${status} cannot be paused.`);
    await this.#run(["suspend", this.#parts.domain], options);
  }

  async wake(options: StartStopOptions = {}): Promise<void> {
    await this.#run(["dompmwakeup", this.#parts.domain], options);
  }

  async sendNmi(options: StartStopOptions = {}): Promise<void> {
    await this.#run(["inject-nmi", this.#parts.domain], options);
  }

  async #switchOn(options: StartStopOptions): Promise<void> {
    const { console, domain } = this.#parts;
    await this.#run(["start", domain, "--paused"], options);
    await console.attach(options.signal);
    for (const prepare of this.#preparations) await prepare(options.signal);
    await this.#run(["resume", domain], options);
  }

  async #run(
    command: readonly [string, ...string[]],
    { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: StartStopOptions,
  ): Promise<void> {
    await this.#parts.virsh.run(command, { signal, timeoutMs });
  }
}
