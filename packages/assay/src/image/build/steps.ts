import type { ImageProgress } from "../types.ts";

/** Reports what is being done, and how long it took once the next thing begins. */
export class Steps {
  readonly #report: (step: ImageProgress) => void;
  #current: { readonly step: string; readonly startedMs: number } | undefined;

  constructor(report: ((step: ImageProgress) => void) | undefined) {
    this.#report = report ?? (() => undefined);
  }

  /** Ends the step before and begins `step`. */
  begin(step: string, detail?: string): void {
    this.end();
    this.#current = { step, startedMs: performance.now() };
    this.#report({ step, ...(detail === undefined ? {} : { detail }) });
  }

  /** Ends the current step, if there is one. */
  end(): void {
    if (this.#current === undefined) return;
    const elapsedMs = Math.round(performance.now() - this.#current.startedMs);
    this.#report({ step: this.#current.step, elapsedMs });
    this.#current = undefined;
  }
}
