import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { MissingDependency } from "../../errors/catalogue.ts";
import { debianKeyring } from "../apt/mirrors.ts";
import type { AptSource } from "../apt/source.ts";
import { type Architecture, hostArchitecture, processorOf } from "../architecture.ts";
import { hostPath, packageOf, runOnHost } from "./host-command.ts";

const always = ["apt-get", "mcopy", "mformat", "mke2fs", "mmd", "mmdebstrap", "qemu-img"] as const;
const withoutRoot = ["fakeroot", "tar"] as const;
/** Tells mmdebstrap whether programs of another architecture run here. */
const ARCH_TEST = "arch-test";

/** Debian's packages that run programs of other architectures and tell the kernel so. */
const emulator = ["binfmt-support", "qemu-user-static"] as const;

/** Where to look, and what this machine's own programs are made for. */
interface Host {
  readonly path: string;
  readonly own: Architecture | undefined;
}

/**
 * Throws MissingDependency naming everything that a build for `architecture` lacks on this machine, and the one command
 * that brings it.
 */
export async function requirePrograms(
  architecture: Architecture,
  signal?: AbortSignal,
  { own, path }: Host = { path: hostPath(), own: hostArchitecture() },
): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  const isForeign = architecture !== own;
  const wanted = [...always, ...(isRoot ? [] : withoutRoot), ...(isForeign ? [ARCH_TEST] : [])];
  const present = await Promise.all(wanted.map((program) => isOnPath(program, path)));
  const missing: string[] = wanted.filter((_, index) => present[index] !== true);
  // Either lets mmdebstrap act as root inside the tree. The first is the quicker one; the second puts libraries of this
  // machine into the tree's programs, which foreign ones cannot load.
  const ways = isForeign ? ["newuidmap"] : ["newuidmap", "fakechroot"];
  const substitutes = await Promise.all(ways.map((program) => isOnPath(program, path)));
  if (!isRoot && !substitutes.includes(true)) missing.push("newuidmap");
  const isUntold = missing.includes(ARCH_TEST);
  const isEmulated = !isForeign || (!isUntold && (await runsHere(architecture, path, signal)));
  if (missing.length === 0 && isEmulated) return;
  const packages = [...missing.map((program) => packageOf[program] ?? program), ...(isEmulated ? [] : emulator)];
  const install = `sudo apt-get install ${[...new Set(packages)].toSorted().join(" ")}`;
  if (isEmulated || isUntold)
    throw new MissingDependency(`Building an image needs programs this machine lacks: ${missing.join(", ")}.`, {
      help: `Install them with: ${install}`,
    });
  const lacked = missing.length === 0 ? "" : `, and it lacks: ${missing.join(", ")}`;
  throw new MissingDependency(
    `This machine does not run programs of ${architecture}, as an image of it needs while it is built${lacked}.`,
    {
      help:
        `Install what runs them with: ${install}. Where it is installed, tell the kernel with: sudo update-binfmts ` +
        `--enable qemu-${processorOf[architecture]} (for a container, on the machine around it).`,
    },
  );
}

async function runsHere(architecture: string, path: string, signal: AbortSignal | undefined): Promise<boolean> {
  const { exitCode } = await runOnHost(ARCH_TEST, [architecture], { signal, environment: { PATH: path } });
  return exitCode === 0;
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
