import { KernelPanic } from "../errors/catalogue.ts";
import { type GuestPanic, Panic } from "../features/panic.ts";
import type { Node } from "../node/node.ts";
import { type SerialWatch, watchSerial } from "./serial-watch.ts";

/** How long the console has to tell the same, which says more: what the kernel was doing, and where. */
const CONSOLE_MS = 2_000;

/**
 * Watches the node's console and, where its machine has one, the device through which kernels tell of their panic. Calls
 * `onPanic` once. A machine whose kernel writes to no console is still found out. A node with neither is not watched.
 */
export function watchPanic(node: Node, onPanic: (panic: KernelPanic) => void): SerialWatch | undefined {
  let isTold = false;
  const tell = (panic: KernelPanic): void => {
    if (isTold) return;
    isTold = true;
    onPanic(panic);
  };
  const serial = watchSerial(node, tell);
  const device = node.find(Panic);
  if (device === undefined) return serial;
  let timer: NodeJS.Timeout | undefined;
  const told = Promise.withResolvers<void>();
  const stop = device.follow((panic) => {
    timer ??= setTimeout(() => {
      tell(panicOf(node, panic));
      told.resolve();
    }, CONSOLE_MS);
  });
  return {
    text: () => serial?.text() ?? "",
    async settled() {
      await serial?.settled();
      if (timer !== undefined && !isTold) await told.promise;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      stop();
      serial?.[Symbol.dispose]();
    },
  };
}

function panicOf(node: Node, { kind, facts }: GuestPanic): KernelPanic {
  const more = kind === "crash-loaded" ? " and went on with the kernel for its dump" : "";
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
  const message = `The kernel of node '${node.name}' is in trouble: it told its machine that it panicked${more}; its console is silent.`;
  return new KernelPanic(message, "GENERAL", lines);
}
