import { appendFile, realpath, stat, writeFile } from "node:fs/promises";
import { UsageError } from "../../errors/catalogue.ts";
import { writeError } from "../../errors/disk-full.ts";
import { replaceFile } from "../../host/replace-file.ts";

/**
 * Writes a file whole or not at all; a device or pipe is written to as it is. Throws UsageError when the place takes no
 * file and HostExhausted when the disk is full.
 */
export async function writeOutput(path: string, text: string): Promise<void> {
  await told(path, async () => {
    // A link stays, and what it leads to is replaced.
    const place = await realpath(path).catch(() => path);
    const found = await stat(place).catch(() => undefined);
    if (found === undefined || found.isFile()) await replaceFile(place, text);
    else await writeFile(place, text);
  });
}

/** Adds to a file, on a line of its own. Throws as `writeOutput` does. */
export async function appendOutput(path: string, text: string): Promise<void> {
  await told(path, async () => await appendFile(path, `\n${text}`));
}

async function told(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const known = writeError(error, path);
    if (known !== error) throw known;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The report cannot be written to '${path}': ${reason}.`, {
      help: "Choose a place that can be written with --output.",
      cause: error,
    });
  }
}
