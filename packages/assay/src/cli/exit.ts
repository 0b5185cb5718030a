import { AssayError, ExitCode } from "../errors/assay-error.ts";

/** What the command line says about an error: for people as text, for programs as data. */
export interface ErrorReport {
  readonly text: string;
  readonly exitCode: number;
  readonly data: { readonly code: string; readonly message: string; readonly help?: string };
}

/** Turns any thrown value into one clear message. Stacks are shown with `--debug` only. */
export function reportError(error: unknown, isDebug: boolean): ErrorReport {
  const stack = isDebug && error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : "";
  if (error instanceof AssayError) {
    const help = error.help === undefined ? "" : `\n  ${error.help}`;
    const data = {
      code: error.code,
      message: error.message,
      ...(error.help === undefined ? {} : { help: error.help }),
    };
    return { text: `assay: ${error.message}${help}${stack}`, exitCode: error.exitCode, data };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const help = "This is a defect of assay. Run the command again with --debug and report what it prints.";
  return {
    text: `assay: ${message}\n  ${help}${stack}`,
    exitCode: ExitCode.machinery,
    data: { code: "DEFECT", message, help },
  };
}
