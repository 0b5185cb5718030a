import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../../host/folders.ts";
import { replaceFile } from "../../host/replace-file.ts";

const folder = (): string => join(cacheFolder(), "libvirt", "connections");

/** Remembers that machines are made there, so that `assay cleanup` looks there too. */
export async function rememberConnection(uri: string): Promise<void> {
  const name = createHash("sha256").update(uri).digest("hex").slice(0, 16);
  await replaceFile(join(folder(), name), uri);
}

/** The URIs of every libvirt at which assays of this user have made machines. */
export async function usedConnections(): Promise<readonly string[]> {
  const names = await readdir(folder()).catch(() => []);
  // A name with a dot is a draft.
  return await Promise.all(
    names.filter((name) => !name.includes(".")).map((name) => readFile(join(folder(), name), "utf8")),
  );
}
