import type { Appointment, VirtualClock } from "./virtual-clock.ts";

/** What `setTimeout` and `setInterval` give in a replay; it has what Node's timers have. */
export class VirtualTimer implements Disposable {
  readonly #clock: VirtualClock;
  readonly #act: () => void;
  readonly #delayMs: number;
  readonly #isRepeated: boolean;
  #appointment: Appointment | undefined;

  constructor(clock: VirtualClock, act: () => void, delayMs: number, isRepeated: boolean) {
    this.#clock = clock;
    this.#act = act;
    // As Node does with what is no delay.
    this.#delayMs = delayMs >= 1 && delayMs <= 2_147_483_647 ? Math.trunc(delayMs) : 1;
    this.#isRepeated = isRepeated;
    this.#start();
  }

  close(): this {
    this.#appointment?.cancel();
    this.#appointment = undefined;
    return this;
  }

  refresh(): this {
    this.close();
    this.#start();
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #start(): void {
    this.#appointment = this.#clock.at(this.#clock.nowMs + this.#delayMs, () => {
      if (this.#isRepeated) this.#start();
      this.#act();
    });
  }
}

export const isVirtualTimer = (timer: unknown): timer is VirtualTimer => timer instanceof VirtualTimer;
