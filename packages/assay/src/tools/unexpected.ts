import { UnexpectedOutput } from "../errors/catalogue.ts";

const QUOTED_CHARACTERS = 400;

/** The error of a parser that met output it does not understand; quotes the start of that output. */
export function unexpected(program: string, problem: string, output: string): UnexpectedOutput {
  const start = output.length > QUOTED_CHARACTERS ? `${output.slice(0, QUOTED_CHARACTERS)}…` : output;
  return new UnexpectedOutput(`Output of '${program}' is not understood: ${problem}. It starts with '${start}'.`, {
    help: "Please report this output together with the distribution and the version of the program.",
  });
}

/** Parses JSON that `program` printed; throws UnexpectedOutput instead of SyntaxError. */
export function parseJson(program: string, output: string): unknown {
  try {
    return JSON.parse(output);
  } catch (cause) {
    throw unexpected(program, `it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`, output);
  }
}
