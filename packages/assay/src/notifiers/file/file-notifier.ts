import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Notifier } from "../notifier.ts";
import { printableLine } from "../printable.ts";

export interface FileOptions {
  readonly runFolder: string;
  readonly fileName: string;
}

/** Appends every event to a text file in the run folder, a line each: time, type, and what it says as JSON. */
export function fileNotifier({ runFolder, fileName }: FileOptions): Notifier {
  const path = join(runFolder, fileName);
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a", 0o644);
  return {
    name: "file",
    onEvent({ type, at, seq: _, ...body }) {
      const time = at.replace("T", " ").replace("Z", "000");
      writeSync(file, `${printableLine(`${time}: ${type} ${JSON.stringify(body)}`)}\n`);
    },
    async close() {
      closeSync(file);
      return [path];
    },
  };
}
