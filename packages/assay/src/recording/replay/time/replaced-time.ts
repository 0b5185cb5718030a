import { AsyncLocalStorage } from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { promisify } from "node:util";
import type { VirtualClock } from "./virtual-clock.ts";
import { virtualInterval, virtualPause } from "./virtual-pauses.ts";
import { isVirtualTimer, VirtualTimer } from "./virtual-timer.ts";

const current = new AsyncLocalStorage<VirtualClock>();

const real = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
  Date: globalThis.Date,
  now: performance.now.bind(performance),
  timeout: AbortSignal.timeout.bind(AbortSignal),
  pause: timersPromises.setTimeout,
  interval: timersPromises.setInterval,
  wait: timersPromises.scheduler.wait.bind(timersPromises.scheduler),
};

let users = 0;

/**
 * Runs `work` with timers, `Date`, `performance.now` and `AbortSignal.timeout` on `clock`. The names are replaced for
 * the whole process while any replay runs, but outside of the asynchronous context of `work` they do what they always
 * do: replays and real runs in one process do not meet.
 */
export async function onClock<T>(clock: VirtualClock, work: () => Promise<T>): Promise<T> {
  if (users++ === 0) replace();
  try {
    return await current.run(clock, work);
  } finally {
    if (--users === 0) restore();
  }
}

const delayed =
  (isRepeated: boolean, otherwise: (...args: never[]) => unknown) =>
  (act: (...args: unknown[]) => void, delayMs?: number, ...args: unknown[]): unknown => {
    const clock = current.getStore();
    if (clock === undefined) return Reflect.apply(otherwise, undefined, [act, delayMs, ...args]);
    return new VirtualTimer(clock, () => act(...args), Number(delayMs ?? 1), isRepeated);
  };

const cleared = (otherwise: (timer: never) => void) => (timer: unknown) => {
  if (isVirtualTimer(timer)) timer.close();
  else Reflect.apply(otherwise, undefined, [timer]);
};

const pause = (delayMs?: number, value?: unknown, options: { readonly signal?: AbortSignal } = {}): unknown => {
  const clock = current.getStore();
  return clock === undefined
    ? real.pause(delayMs, value, options)
    : virtualPause(clock, delayMs, value, options.signal);
};

function replace(): void {
  const setTimeout = Object.assign(delayed(false, real.setTimeout), { [promisify.custom]: pause });
  const setInterval = delayed(true, real.setInterval);
  const everywhere = {
    setTimeout,
    setInterval,
    clearTimeout: cleared(real.clearTimeout),
    clearInterval: cleared(real.clearInterval),
  };
  Object.assign(globalThis, everywhere);
  Object.assign(timers, everywhere);
  Object.assign(timersPromises, {
    setTimeout: pause,
    setInterval: (delayMs?: number, value?: unknown, options: { readonly signal?: AbortSignal } = {}) => {
      const clock = current.getStore();
      return clock === undefined
        ? real.interval(delayMs, value, options)
        : virtualInterval(clock, delayMs, value, options.signal);
    },
  });
  Object.assign(timersPromises.scheduler, {
    wait: (delayMs: number, options?: { readonly signal?: AbortSignal }) => pause(delayMs, undefined, options),
  });
  performance.now = () => current.getStore()?.nowMs ?? real.now();
  AbortSignal.timeout = (delayMs: number): AbortSignal => {
    const clock = current.getStore();
    if (clock === undefined) return real.timeout(delayMs);
    const ended = new AbortController();
    const reason = new DOMException("The operation was aborted due to timeout", "TimeoutError");
    clock.at(clock.nowMs + delayMs, () => ended.abort(reason));
    return ended.signal;
  };
  globalThis.Date = new Proxy(real.Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [timeOfDay()] : args, newTarget),
    apply: () => new real.Date(timeOfDay()).toString(),
    get: (target, name, receiver) => (name === "now" ? timeOfDay : Reflect.get(target, name, receiver)),
  });
  syncBuiltinESMExports();
}

function timeOfDay(): number {
  const clock = current.getStore();
  return clock === undefined ? real.Date.now() : Math.floor(clock.startedAt.getTime() + clock.nowMs);
}

function restore(): void {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = real;
  Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval, Date: real.Date });
  Object.assign(timers, { setTimeout, setInterval, clearTimeout, clearInterval });
  Object.assign(timersPromises, { setTimeout: real.pause, setInterval: real.interval });
  Object.assign(timersPromises.scheduler, { wait: real.wait });
  performance.now = real.now;
  AbortSignal.timeout = real.timeout;
  syncBuiltinESMExports();
}
