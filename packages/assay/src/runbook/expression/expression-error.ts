import { UsageError } from "../../errors/catalogue.ts";

/** An expression that cannot be read or worked out; says where, in lines and columns from 1. */
export class ExpressionError extends UsageError {
  readonly line: number;
  readonly column: number;

  /** `at` counts characters of `source` from 0. */
  constructor(problem: string, source: string, at: number, help?: string) {
    const before = source.slice(0, at).split("\n");
    const line = before.length;
    const column = (before.at(-1)?.length ?? 0) + 1;
    const text = source.split("\n")[line - 1] ?? "";
    super(`${problem} (line ${line}, column ${column})\n  ${text}\n  ${" ".repeat(column - 1)}^`, {
      ...(help === undefined ? {} : { help }),
    });
    this.line = line;
    this.column = column;
  }
}
