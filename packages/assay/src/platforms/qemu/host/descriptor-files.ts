import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** A file in which a package says what it gives to QEMU. */
interface DescriptorFile {
  /** Without its folder. */
  readonly name: string;
  /** Empty for one that cannot be read. */
  readonly text: string;
}

/** Where descriptors of a kind lie; of two with one name that of the earlier folder counts. */
export function descriptorFolders(kind: "firmware" | "vhost-user"): readonly string[] {
  const ownFolder = process.env.XDG_CONFIG_HOME ?? join(homedir(), ".config");
  return [join(ownFolder, "qemu"), "/etc/qemu", "/usr/share/qemu"].map((folder) => join(folder, kind));
}

/** The descriptors of `folders` in the order of their names, which is that of preference. */
export async function readDescriptorFiles(folders: readonly string[]): Promise<readonly DescriptorFile[]> {
  const paths = new Map<string, string>();
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (name.endsWith(".json") && !paths.has(name)) paths.set(name, join(folder, name));
    }
  }
  const sorted = [...paths].sort(([left], [right]) => (left < right ? -1 : 1));
  return await Promise.all(
    sorted.map(async ([name, path]) => ({ name, text: await readFile(path, "utf8").catch(() => "") })),
  );
}
