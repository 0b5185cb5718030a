import { spawn } from "node:child_process";
import { HostExhausted, ImageBuildFailed, MissingDependency } from "../../errors/catalogue.ts";

/** Debian packages that bring the programs image building and inspection use. */
export const packageOf: Readonly<Record<string, string>> = {
  "apt-cache": "apt",
  "apt-config": "apt",
  "apt-get": "apt",
  "dpkg-deb": "dpkg",
  fakeroot: "fakeroot",
  flock: "util-linux",
  mcopy: "mtools",
  mformat: "mtools",
  mke2fs: "e2fsprogs",
  mmd: "mtools",
  mmdebstrap: "mmdebstrap",
  newuidmap: "uidmap",
  "qemu-img": "qemu-utils",
  setpriv: "util-linux",
  tar: "tar",
  xz: "xz-utils",
};

/** Where programs are looked for: administrators' folders are not on every user's PATH. */
export const hostPath = (): string => `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;

const killAfterMs = 15_000;
const keptOutputChars = 65_536;

export interface HostCommandOptions {
  readonly signal?: AbortSignal | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly input?: string;
  /** Called with every whole line of stderr, as it comes. */
  readonly onErrorLine?: (line: string) => void;
}

/** What a program said; `exitCode` is undefined when a signal ended it. */
export interface HostResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program of this machine to its end and returns what it said, whatever its exit code.
 * It gets its own process group, which is ended as a whole when `signal` aborts and when assay dies.
 * Throws MissingDependency when the program is not installed and the signal's reason when aborted.
 */
export async function runOnHost(
  program: string,
  args: readonly string[],
  options: HostCommandOptions = {},
): Promise<HostResult> {
  options.signal?.throwIfAborted();
  const child = spawn("setpriv", ["--pdeathsig", "TERM", "--", program, ...args], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
    env: { ...process.env, LC_ALL: "C.UTF-8", PATH: hostPath(), ...options.environment },
  });
  let stdout = "";
  let stderr = "";
  let partialLine = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-keptOutputChars);
    const lines = (partialLine + text).split("\n");
    partialLine = lines.pop() ?? "";
    for (const line of lines) options.onErrorLine?.(line);
  });
  // A program that ends without reading its input breaks the pipe; its exit code tells what happened.
  child.stdin.on("error", () => undefined).end(options.input ?? "");

  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  child.on("error", reject).on("close", (code) => resolve(code ?? undefined));
  let forced: NodeJS.Timeout | undefined;
  const end = () => {
    signalGroup(child.pid, "SIGTERM");
    forced = setTimeout(() => signalGroup(child.pid, "SIGKILL"), killAfterMs);
  };
  options.signal?.addEventListener("abort", end, { once: true });
  try {
    const exitCode = await promise;
    options.signal?.throwIfAborted();
    // setpriv answers 127 itself when it cannot find the program.
    if (exitCode === 127 && stderr.startsWith("setpriv: failed to execute")) throw missing(program);
    return { exitCode, stdout, stderr };
  } catch (error) {
    throw isNotFound(error) ? missing("setpriv") : error;
  } finally {
    options.signal?.removeEventListener("abort", end);
    clearTimeout(forced);
  }
}

/**
 * Runs a program that must succeed and returns its stdout. Throws ImageBuildFailed with the end of what it said, or
 * HostExhausted when it ran out of disk. `task` completes the sentence "… failed".
 */
export async function mustRunOnHost(
  task: string,
  program: string,
  args: readonly string[],
  options: HostCommandOptions = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await runOnHost(program, args, options);
  if (exitCode === 0) return stdout;
  const tail = stderr.trimEnd().split("\n").slice(-8).join("\n");
  if (/No space left on device|Disk quota exceeded/.test(stderr))
    throw new HostExhausted(`${task} failed: the disk is full.\n${tail}`, {
      help: "Free some space, or set ASSAY_CACHE to a folder on another disk.",
    });
  const how = exitCode === undefined ? "was ended by a signal" : `ended with exit code ${exitCode}`;
  throw new ImageBuildFailed(`${task} failed: '${program}' ${how}.\n${tail}`, {
    help: "The lines above are the program's own last words.",
  });
}

const missing = (program: string): MissingDependency =>
  new MissingDependency(`The program '${program}' is not installed on this machine.`, {
    help: `Install it with: sudo apt-get install ${packageOf[program] ?? program}`,
  });

const isNotFound = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";

const signalGroup = (pid: number | undefined, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
};
