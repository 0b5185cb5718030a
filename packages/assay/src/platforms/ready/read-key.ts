import { readFile } from "node:fs/promises";
import { UsageError } from "../../errors/catalogue.ts";

/** The text of a private key file of `owner`, as messages call it. Throws UsageError when it cannot be read. */
export async function readKey(path: string | undefined, owner: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`The private key file '${path}' of ${owner} cannot be read.`, {
      help: "Check the path; a relative one counts from the folder assay was started in.",
      cause: error,
    });
  }
}
