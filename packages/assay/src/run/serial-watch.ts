import { KernelPanic } from "../errors/catalogue.ts";
import { SerialConsole } from "../features/serial-console.ts";
import type { Node } from "../node/node.ts";
import { consoleLines } from "../os/console-text.ts";
import { findPanic, isTroubleLine } from "../os/kernel-panic.ts";

/** How long to go on listening after the first sign of trouble, so that the excerpt holds the call trace. */
const EXCERPT_MS = 700;
const LINES_BEFORE = 5;
const LINES_MAX = 60;

export interface SerialWatch extends Disposable {
  /** Text the console printed since the watch began. */
  text(): string;
  /** Resolves when trouble that was seen has been reported; at once where there was none. */
  settled(): Promise<void>;
}

/**
 * Follows the node's console from now on and calls `onPanic` once when the kernel panics, oopses or locks up.
 * A node without a serial console is not watched.
 */
export function watchSerial(node: Node, onPanic: (panic: KernelPanic) => void): SerialWatch | undefined {
  const console = node.find(SerialConsole);
  if (console === undefined) {
    return undefined;
  }
  let seen = "";
  let scannedTo = 0;
  let timer: NodeJS.Timeout | undefined;
  const reported = Promise.withResolvers<void>();
  const report = (): void => {
    reported.resolve();
    const finding = findPanic(seen);
    if (finding !== undefined) {
      const message = `The kernel of node '${node.name}' is in trouble (${finding.category}): ${finding.lines[0]?.trim() ?? ""}`;
      onPanic(new KernelPanic(message, finding.category, excerpt(seen)));
    }
  };
  const stop = console.follow((text) => {
    seen += text;
    // Only whole lines are looked at, and the prompt of a boot loader, which never ends its line.
    const lineStart = seen.lastIndexOf("\n") + 1;
    const end = /grub>/.test(consoleLines(seen.slice(lineStart)).join("")) ? seen.length : lineStart;
    if (timer === undefined && end > scannedTo && consoleLines(seen.slice(scannedTo, end)).some(isTroubleLine)) {
      timer = setTimeout(report, EXCERPT_MS);
    }
    scannedTo = end;
  });
  return {
    text: () => seen,
    settled: () => (timer === undefined ? Promise.resolve() : reported.promise),
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      stop();
    },
  };
}

function excerpt(text: string): readonly string[] {
  const lines = consoleLines(text);
  const first = lines.findIndex(isTroubleLine);
  return lines.slice(Math.max(0, first - LINES_BEFORE)).slice(0, LINES_MAX);
}
