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
  let file: number | undefined;
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    name: "file",
    onEvent({ type, at, seq: _, ...body }) {
      const time = at.replace("T", " ").replace("Z", "000");
      // Opened here, where a failure is this notifier's own and not the run's.
      file ??= openFile(path);
      try {
        writeSync(file, `${printableLine(`${time}: ${type} ${JSON.stringify(body)}`)}\n`);
      } catch (error) {
        // Who throws is asked no more, not even to close.
        close();
        throw error;
      }
    },
    async close() {
      close();
      return [path];
    },
  };
}

function openFile(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, "a", 0o644);
}
