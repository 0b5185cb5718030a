import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";

/** A file that takes what a program says. */
interface Log {
  readonly path: string;
  /** How many bytes were in it before the program was started. */
  readonly earlierBytes: number;
}

const WORDS_BYTES = 4096;

/** What a program said at last, and how it ended; resolves when it has. */
export async function lastWords(child: ChildProcess, { earlierBytes, path }: Log): Promise<string> {
  let ending: string;
  try {
    const [exitCode, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    ending = signal === null ? (exitCode === 0 ? "" : `exit code ${exitCode}`) : `killed by ${signal}`;
  } catch (error) {
    ending = (error as Error).message;
  }
  const said = (await readFile(path).catch(() => Buffer.alloc(0))).subarray(earlierBytes).subarray(-WORDS_BYTES);
  return [said.toString("utf8").trim(), ending].filter((part) => part !== "").join("\n");
}
