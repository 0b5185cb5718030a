import { ExitCode } from "../errors/assay-error.ts";

/**
 * An abort signal that SIGINT and SIGTERM trigger; its reason is the signal's name. The first signal ends the run in
 * good order; the second one ends the process at once, and `assay cleanup` removes what it leaves behind.
 */
export function interruptSignal(say: (text: string) => void): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      say("Stopped at once. 'assay cleanup' removes what is left behind.");
      process.exit(name === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted);
    }
    say(`Ending the run because of ${name}; once more ends it at once.`);
    controller.abort(name);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
