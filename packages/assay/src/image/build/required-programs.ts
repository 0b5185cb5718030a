import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { MissingDependency } from "../../errors/catalogue.ts";
import { debianKeyring } from "../apt/mirrors.ts";
import type { AptSource } from "../apt/source.ts";
import { hostPath, packageOf } from "./host-command.ts";

const always = ["apt-get", "mcopy", "mformat", "mke2fs", "mmd", "mmdebstrap", "qemu-img"] as const;
const withoutRoot = ["fakeroot", "tar"] as const;

/** Throws MissingDependency naming everything a build lacks on this machine, and the one command that brings it. */
export async function requirePrograms(path = hostPath()): Promise<void> {
  const wanted: readonly string[] = process.getuid?.() === 0 ? always : [...always, ...withoutRoot];
  const present = await Promise.all(wanted.map((program) => isOnPath(program, path)));
  const missing = wanted.filter((_, index) => present[index] !== true);
  // Either lets mmdebstrap act as root inside the tree; the first is the quicker one.
  const substitutes = await Promise.all(["newuidmap", "fakechroot"].map((program) => isOnPath(program, path)));
  if (wanted !== always && !substitutes.includes(true)) missing.push("newuidmap");
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => packageOf[program] ?? program))].toSorted();
  throw new MissingDependency(`Building an image needs programs this machine lacks: ${missing.join(", ")}.`, {
    help: `Install them with: sudo apt-get install ${packages.join(" ")}`,
  });
}

/** Throws MissingDependency when a keyring by which packages are to be checked is not on this machine. */
export async function requireKeyrings(sources: readonly AptSource[]): Promise<void> {
  const paths = new Set(sources.flatMap(({ signedBy }) => (signedBy?.startsWith("/") === true ? signedBy : [])));
  for (const path of paths) {
    if (await isReadable(path)) continue;
    throw new MissingDependency(`The keyring '${path}', by which packages are checked, is not there.`, {
      help:
        path === debianKeyring
          ? "Install it with: sudo apt-get install debian-archive-keyring"
          : "Correct 'Signed-By' in this machine's APT sources.",
    });
  }
}

const isReadable = (path: string): Promise<boolean> => isAllowed(path, constants.R_OK);

async function isOnPath(program: string, path: string): Promise<boolean> {
  const found = await Promise.all(path.split(":").map((folder) => isAllowed(join(folder, program), constants.X_OK)));
  return found.includes(true);
}

const isAllowed = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
