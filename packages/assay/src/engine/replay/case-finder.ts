import { pathToFileURL } from "node:url";
import { RecordingUnreadable } from "../../errors/catalogue.ts";
import { collectParts } from "../../extension/collect-parts.ts";
import { registerResolveHook } from "../../extension/resolve-hook.ts";
import { localPath } from "../../recording/case-code.ts";
import type { RecordingHeader } from "../../recording/format.ts";
import type { Case, Suite } from "../../suite/suite.ts";

/** Finds the code of recorded cases as it is now: in the built-in catalogue, or in the file that was recorded. */
export class CaseFinder {
  readonly #builtIn: readonly Suite[];

  constructor(builtIn: readonly Suite[]) {
    this.#builtIn = builtIn;
  }

  /** Throws RecordingUnreadable when the case is no longer there. */
  async find({ suite, case: name, code }: RecordingHeader): Promise<Case> {
    const builtIn = caseIn(this.#builtIn, suite, name);
    if (builtIn !== undefined) return builtIn;
    const file = code === undefined ? undefined : localPath(code.file);
    const own = file === undefined ? undefined : caseIn(await suitesOf(file), suite, name);
    if (own !== undefined) return own;
    const place = file === undefined ? "in the built-in catalogue" : `in '${file}'`;
    throw new RecordingUnreadable(`The recorded case '${suite}.${name}' is no longer ${place}.`, {
      help: "Record the case again under its new name, or delete the recording.",
    });
  }
}

const caseIn = (suites: readonly Suite[], suite: string, name: string): Case | undefined =>
  suites.find((each) => each.name === suite)?.cases.find((each) => each.name === name);

async function suitesOf(file: string): Promise<readonly Suite[]> {
  registerResolveHook();
  try {
    const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
    return collectParts(module).suites;
  } catch (error) {
    throw new RecordingUnreadable(
      `The suite '${file}' cannot be loaded: ${error instanceof Error ? error.message : String(error)}.`,
      { help: "Correct the file; a suite is looked for where it was when it was recorded.", cause: error },
    );
  }
}
