import { ExitCode } from "../errors/assay-error.ts";

/**
 * Keeps the process alive when its output goes nowhere: a run has its journal, and machines that have to be removed. A
 * reader that stops reading, such as `head`, is no error; there is nobody left to tell. What cannot be written on
 * standard output for another reason, such as a full disk, is told and ends in exit code 3.
 */
export function outliveLostOutput(): void {
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    process.stderr.write(`assay: Standard output cannot be written: ${error.message}.\n`);
    // At the very end, because commands set the code of what they came to.
    process.once("exit", () => {
      process.exitCode = ExitCode.machinery;
    });
  });
}
