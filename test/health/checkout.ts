import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const TIMEOUT_MS = 110_000;

/** What a program did. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A fresh copy of what the set-up needs of this repository: nothing is installed in it. */
export interface Checkout extends AsyncDisposable {
  readonly folder: string;
  /** Runs a program of the checkout with only `path` as PATH, without a terminal, as user `uid` when given. */
  run(
    program: string,
    args: readonly string[],
    options: { readonly path: string; readonly uid?: number },
  ): Promise<Ended>;
  /** Makes user `uid` the owner of everything in it. */
  giveTo(uid: number): Promise<void>;
  /** Makes a folder of programs: links to the system's for `names`, and scripts for `scripts`. Gives its path. */
  programs(names: readonly string[], scripts?: Readonly<Record<string, string>>): Promise<string>;
}

/** What script/bootstrap itself calls. */
export const BASICS: readonly string[] = [
  ...["bash", "sh", "env", "dirname", "readlink", "mkdir", "mv", "rm", "tail", "sed", "chmod", "ln"],
  ...["sha256sum", "sha512sum", "tar", "gzip", "flock", "uname"],
];

async function pathOf(name: string): Promise<string> {
  for (const folder of ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]) {
    if ((await readdir(folder)).includes(name)) return join(folder, name);
  }
  throw new Error(`The test needs the program '${name}', which this machine does not have.`);
}

/** Makes a {@link Checkout} in a temporary folder; disposing removes it. */
export async function freshCheckout(): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), "assay-checkout-"));
  for (const path of ["assay", "script", "package.json", "package-lock.json", ".npmrc"]) {
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
  for (const name of await readdir(join(root, "packages"))) {
    await cp(join(root, "packages", name, "package.json"), join(folder, "packages", name, "package.json"));
  }
  await chmod(folder, 0o755);
  return {
    folder,
    run(program, args, { path, uid }) {
      const { promise, resolve } = Promise.withResolvers<Ended>();
      // The rest stays: how npm reaches its registry may hang on it.
      const environment = { ...process.env, PATH: path };
      const child = execFile(
        join(folder, program),
        [...args],
        { cwd: "/", env: environment, timeout: TIMEOUT_MS, ...(uid === undefined ? {} : { uid, gid: uid }) },
        (error, stdout, stderr) => resolve({ exitCode: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
      );
      child.stdin?.end();
      return promise;
    },
    async giveTo(uid) {
      const entries = await readdir(folder, { recursive: true });
      for (const entry of ["", ...entries]) await chown(join(folder, entry), uid, uid);
    },
    async programs(names, scripts = {}) {
      const made = await mkdtemp(join(folder, "programs-"));
      await chmod(made, 0o755);
      for (const name of names) {
        const target = await pathOf(name);
        await writeFile(join(made, name), `#!/bin/sh\nexec ${target} "$@"\n`, { mode: 0o755 });
      }
      for (const [name, text] of Object.entries(scripts)) {
        await writeFile(join(made, name), text, { mode: 0o755 });
      }
      return made;
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Gives `checkout` a finished set-up by links to this repository's own, so that only system packages can be missing. */
export async function adoptSetUp({ folder }: Checkout): Promise<void> {
  const lock = await readFile(join(root, "package-lock.json"));
  await mkdir(join(folder, ".node", "bin"), { recursive: true });
  await writeFile(join(folder, ".node", "bin", "node"), `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
  await mkdir(join(folder, "node_modules"));
  await writeFile(join(folder, "node_modules", ".assay-lock"), createHash("sha256").update(lock).digest("hex"));
}
