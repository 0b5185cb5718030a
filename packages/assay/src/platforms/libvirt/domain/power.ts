import { PlatformError, TimedOut } from "../../../errors/catalogue.ts";
import type {
  PowerStatus,
  RestartOptions,
  StartStop,
  StartStopOptions,
  StopOptions,
} from "../../../features/start-stop.ts";
import type { DomainEvent, DomainEvents } from "../connection/events.ts";
import type { Virsh } from "../connection/virsh.ts";
import type { DomainConsole } from "./console.ts";

const DEFAULT_TIMEOUT_MS = 300_000;

/** What libvirt calls the states; all others are those of a machine that runs. */
const STATES: Readonly<Record<string, PowerStatus>> = {
  "shut off": "off",
  paused: "paused",
  pmsuspended: "suspended",
  crashed: "panicked",
};

/** Power control through libvirt. A machine that is off stays defined, with its disks. */
export class DomainPower implements StartStop {
  readonly featureName = "StartStop";
  readonly #virsh: Virsh;
  readonly #events: DomainEvents;
  readonly #console: DomainConsole;
  readonly #domain: string;
  readonly #onCut: () => void;

  /** `onCut` is called before a machine ends without its guest's doing. */
  constructor(virsh: Virsh, events: DomainEvents, console: DomainConsole, domain: string, onCut: () => void) {
    this.#onCut = onCut;
    this.#virsh = virsh;
    this.#events = events;
    this.#console = console;
    this.#domain = domain;
  }

  async status(options: StartStopOptions = {}): Promise<PowerStatus> {
    const state = await this.#virsh.run(["domstate", this.#domain], options);
    return STATES[state] ?? "running";
  }

  async stop({ mode = "graceful", state = "shutdown", wait = true, ...options }: StopOptions = {}): Promise<void> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    if (state === "hibernate") {
      throw new PlatformError("The platform 'libvirt' cannot hibernate a guest.", {
        help: "Ask for the feature 'Hibernation', so that the case is skipped here.",
      });
    }
    if ((await this.status(options)) === "off") return;
    const isOff = ({ detail, kind }: DomainEvent) => kind === "lifecycle" && detail.startsWith("Stopped");
    const powerOff = this.#events.next(this.#domain, isOff, { timeoutMs, signal });
    // The wait is looked at only after the button was pressed; a failing press must not leave it unhandled.
    powerOff.catch(() => undefined);
    if (mode === "hard") await this.#cut(options);
    else await this.#virsh.run(["shutdown", this.#domain, "--mode", "acpi"], { signal, timeoutMs });
    if (!wait) return;
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
    const status = await this.status(options);
    if (status === "suspended") await this.#virsh.run(["dompmwakeup", this.#domain], options);
    if (status === "paused") await this.#virsh.run(["resume", this.#domain], options);
    if (status === "panicked") await this.#cut(options);
    if (status === "panicked" || status === "off") await this.#switchOn(options);
  }

  async restart({ mode = "hard", ...options }: RestartOptions = {}): Promise<void> {
    const status = await this.status(options);
    if (mode === "graceful") await this.stop(options);
    if (mode === "graceful" || status === "off") await this.#switchOn(options);
    else if (status === "panicked") await this.start(options);
    else {
      await this.#virsh.run(["reset", this.#domain], options);
      if (status === "paused") await this.#virsh.run(["resume", this.#domain], options);
    }
  }

  async pause(options: StartStopOptions = {}): Promise<void> {
    const status = await this.status(options);
    if (status === "paused") return;
    if (status !== "running") throw new PlatformError(`A machine that is ${status} cannot be paused.`);
    await this.#virsh.run(["suspend", this.#domain], options);
  }

  async sendNmi(options: StartStopOptions = {}): Promise<void> {
    await this.#virsh.run(["inject-nmi", this.#domain], options);
  }

  async #switchOn({ signal, timeoutMs = DEFAULT_TIMEOUT_MS }: StartStopOptions): Promise<void> {
    await this.#virsh.run(["start", this.#domain, "--paused"], { signal, timeoutMs });
    await this.#console.attach(signal);
    await this.#virsh.run(["resume", this.#domain], { signal, timeoutMs });
  }

  /** Pulls the plug. */
  async #cut(options: StartStopOptions): Promise<void> {
    this.#onCut();
    await this.#virsh.run(["destroy", this.#domain], options);
  }
}
