import { randomInt } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname } from "node:path";

/** The user and the group, of the same number, that one QEMU runs as; no other process has them. */
export interface MachineUser {
  readonly id: number;
}

/** Nothing in the guest's reach may start programs or change identities on the host. */
export const SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

/** QEMU gives up root itself, within its sandbox; without root it cannot take another identity. */
const SANDBOX_OF_ROOT = SANDBOX.replace("elevateprivileges=deny", "elevateprivileges=allow");

/** Between what systemd gives to containers and 2^31, where nothing is assigned (systemd, "Users, Groups, UIDs and GIDs"). */
const FIRST_ID = 1_900_000_000;
const IDS = 100_000_000;

/** Options of QEMU with which it opens files of the host by itself while the guest runs. */
const OPENS_FILES = ["-fsdev", "-virtfs"];

/** A user for one more QEMU, or why it has to run as the user that assay runs as. */
export async function chooseUser(qemuArguments: readonly string[]): Promise<MachineUser | string> {
  if (process.getuid?.() !== 0) return "assay is not root";
  if (OPENS_FILES.some((option) => qemuArguments.includes(option))) return "it shares a folder of the host";
  if (!(await hasSpareIds())) return "this user namespace has no user to spare";
  // Through it QEMU gets connections while it runs.
  if (!(await isOpenToAll(tmpdir()))) return `the folder for temporary files, '${tmpdir()}', is closed to other users`;
  return { id: FIRST_ID + randomInt(IDS) };
}

/** QEMU's command line for running as `user`. QEMU 9.1 renamed the option. */
export function confined(qemuArguments: readonly string[], user: MachineUser, qemuMajor: number): readonly string[] {
  const own = `${user.id}:${user.id}`;
  return [
    ...qemuArguments.map((argument) => (argument === SANDBOX ? SANDBOX_OF_ROOT : argument)),
    ...(qemuMajor >= 10 ? ["-run-with", `user=${own}`] : ["-runas", own]),
  ];
}

/** What QEMU writes is for its user alone, and its memory, which is the guest's, is in no core file. */
export const LAUNCHER: readonly [program: string, ...prefix: string[]] = [
  "/bin/sh",
  ...["-c", 'umask 077; ulimit -c 0; exec "$@"', "qemu"],
];

/** Each line of a map has a first number inside, the one outside, and how many follow (user_namespaces(7)). */
async function hasSpareIds(): Promise<boolean> {
  const maps = await Promise.all(["uid_map", "gid_map"].map((name) => readFile(`/proc/self/${name}`, "utf8")));
  return maps.every((map) =>
    map.split("\n").some((line) => {
      const [first = Number.NaN, , count = 0] = line.trim().split(/\s+/).map(Number);
      return first <= FIRST_ID && first + count >= FIRST_ID + IDS;
    }),
  );
}

async function isOpenToAll(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || (found.mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
