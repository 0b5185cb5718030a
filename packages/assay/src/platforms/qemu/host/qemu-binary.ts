import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { MissingDependency } from "../../../errors/catalogue.ts";

const run = promisify(execFile);

/** A QEMU on this machine. `version` is its own first line, such as `QEMU emulator version 7.2.22 (Debian 1:7.2+…)`. */
export interface QemuBinary {
  readonly path: string;
  readonly version: string;
  readonly major: number;
}

/** The oldest QEMU with everything that forks need (x-ignore-shared, inherited sockets, -action). */
const OLDEST_MAJOR = 6;
const installing = (name: string): string => {
  const debianPackage = /aarch64$/.test(name) ? "qemu-system-arm" : "qemu-system-x86";
  return `Install it with 'apt-get install ${debianPackage} qemu-utils' (Debian, Ubuntu) or your system's package.`;
};

/** Full path of `program` on PATH; undefined when it is not there. */
export async function findProgram(program: string): Promise<string | undefined> {
  const candidates = program.includes("/")
    ? [program]
    : (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder || ".", program));
  for (const candidate of candidates) {
    const isExecutable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isExecutable) return candidate;
  }
  return undefined;
}

/** Like {@link findProgram}, but throws MissingDependency that names the Debian package to install. */
export async function needProgram(program: string, debianPackage: string): Promise<string> {
  const path = await findProgram(program);
  if (path !== undefined) return path;
  throw new MissingDependency(`The program '${program}' is not on this machine.`, {
    help: `Install it with 'apt-get install ${debianPackage}' (Debian, Ubuntu) or your system's package.`,
  });
}

/** Finds QEMU and asks its version. Throws MissingDependency when there is none, or one that is too old. */
export async function findQemu(name = "qemu-system-x86_64"): Promise<QemuBinary> {
  const path = await findProgram(name);
  if (path === undefined) {
    throw new MissingDependency(`QEMU ('${name}') is not on this machine.`, { help: installing(name) });
  }
  const answer = await run(path, ["--version"], { timeout: 20_000 }).catch((cause: unknown) => {
    throw new MissingDependency(`QEMU at '${path}' does not run.`, { help: installing(name), cause });
  });
  const version = answer.stdout.split("\n")[0]?.trim() ?? "";
  const major = Number(/version (\d+)\./.exec(version)?.[1]);
  if (!(major >= OLDEST_MAJOR)) {
    throw new MissingDependency(`QEMU at '${path}' is '${version}'; assay needs version ${OLDEST_MAJOR} or newer.`, {
      help: installing(name),
    });
  }
  return { path, version, major };
}
