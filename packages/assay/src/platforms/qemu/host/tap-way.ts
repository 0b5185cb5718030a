import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { promisify } from "node:util";
import { findProgram } from "./qemu-binary.ts";
import { tapCommand } from "./tap-program.ts";

/** How network devices of this host can be made that nobody sees: what has to stand in front of a program's name. */
export interface TapWay {
  readonly prefix: readonly string[];
}

/** Root of the host needs no namespace of users, and others get one where the kernel gives it (user_namespaces(7)). */
const WAYS: readonly TapWay[] = [
  { prefix: ["unshare", "--net"] },
  { prefix: ["unshare", "--user", "--map-root-user", "--net"] },
];
const PROGRAMS = { perl: "perl", unshare: "util-linux", ip: "iproute2" } as const;
const DEVICE = "/dev/net/tun";
const PROBE_LIMIT_MS = 20_000;

let found: Promise<TapWay | string> | undefined;

/** A way that was tried, or why there is none, as the end of a sentence with what to do. Tried once in a process. */
export function findTapWay(): Promise<TapWay | string> {
  found ??= whyNoTaps().then((obstacle) => obstacle ?? tryWays());
  return found;
}

/** Why taps cannot be made here, as far as it is known without trying; in the words of {@link findTapWay}. */
export async function whyNoTaps(): Promise<string | undefined> {
  for (const [program, debianPackage] of Object.entries(PROGRAMS)) {
    if ((await findProgram(program)) === undefined) {
      return `the program '${program}' is not there: install it with 'apt-get install ${debianPackage}'`;
    }
  }
  return await access(DEVICE, constants.R_OK | constants.W_OK).then(
    () => undefined,
    ({ code }: NodeJS.ErrnoException) =>
      code === "ENOENT"
        ? `'${DEVICE}' is not there: load it with 'modprobe tun'`
        : `'${DEVICE}' cannot be opened (${code ?? "error"}): it needs a group or a rule of udev`,
  );
}

async function tryWays(): Promise<TapWay | string> {
  let words = "";
  for (const way of WAYS) {
    const [program, ...rest] = tapCommand(way.prefix, { queues: 2, mtu: 1500 });
    const trial = promisify(execFile)(program, rest, { timeout: PROBE_LIMIT_MS });
    trial.child.stdin?.end();
    try {
      await trial;
      return way;
    } catch (error) {
      words = String((error as { readonly stderr?: unknown }).stderr ?? error).trim();
    }
  }
  return `no network of its own can be made on this host (${words}): it needs root, or namespaces for users`;
}
