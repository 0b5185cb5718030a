import { RunbookError } from "../errors/catalogue.ts";
import type { Diagnostic } from "../runbook/types.ts";
import type { RunbookFile } from "./runbook-file.ts";

export interface JudgeOptions {
  /** To be run: what this version cannot carry out is an error then. */
  readonly purpose: "run" | "look";
  /** Hears of each warning once. */
  readonly warn: (diagnostic: Diagnostic, text: string) => void;
}

interface JudgedFile extends RunbookFile {
  readonly masked: (diagnostic: Diagnostic) => Diagnostic;
}

/** Judges the problems that are found in a runbook step by step. */
export class Judge {
  readonly #file: JudgedFile;
  readonly #options: JudgeOptions;
  readonly #told = new Set<string>();

  constructor(file: JudgedFile, options: JudgeOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** Tells the warnings; throws one RunbookError with all errors when there are any. */
  readonly judge = (found: readonly Diagnostic[]): void => {
    const { purpose, warn } = this.#options;
    const errors = found.filter(
      ({ severity, blocksRun }) => severity === "error" || (purpose === "run" && blocksRun === true),
    );
    for (const each of found) {
      if (each.severity !== "warning" || errors.includes(each)) continue;
      const text = this.#file.describe(each);
      if (this.#told.has(text)) continue;
      this.#told.add(text);
      warn(this.#file.masked(each), text);
    }
    if (errors.length === 0) return;
    const count = errors.length === 1 ? "an error" : `${errors.length} errors`;
    const texts = errors.map((each) => this.#file.describe(each));
    throw new RunbookError(`The runbook '${this.#file.path}' has ${count}.\n${texts.join("\n")}`, {
      diagnostics: errors.map(this.#file.masked),
    });
  };
}
