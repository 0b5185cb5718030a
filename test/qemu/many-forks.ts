import { chmod, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machinesFolder, readOwnerMark } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { openGuests } from "./guests.ts";

/**
 * Makes as many forks as the first argument says, one after the other and each with a command, and prints what this
 * process has of the host before and after: `node --expose-gc test/qemu/many-forks.ts 500`.
 */
const count = Number(process.argv[2]);
/** Whatever is made once is made by then. */
const WARM_UP = 5;
const PREFIX = `many-${process.pid}`;

/** Kinds of what a process has open, with how many there are of each. */
async function descriptors(): Promise<Readonly<Record<string, number>>> {
  const kinds: Record<string, number> = {};
  for (const fd of await readdir("/proc/self/fd")) {
    const link = await readlink(`/proc/self/fd/${fd}`).catch(() => undefined);
    if (link === undefined) continue;
    const kind = link.startsWith("/") ? "file" : (link.split(":")[0] ?? link);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
}

async function children(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(parent) === process.pid) found.push(/\((.*)\)/.exec(stat)?.[1] ?? "");
  }
  return found.toSorted();
}

/** Marks of machines that this process made, and what nobody has marked. */
async function machines(): Promise<number> {
  let own = 0;
  for (const name of await readdir(machinesFolder())) {
    const mark = await readOwnerMark(join(machinesFolder(), name));
    if (mark?.controller.pid === process.pid || name.startsWith(`.draft-${process.pid}-`)) own++;
  }
  return own;
}

/** QEMUs of these machines that run, whoever their parent is: without them nothing listens on their ports either. */
async function running(): Promise<number> {
  let found = 0;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (commandLine.includes(`/${PREFIX}-`)) found++;
  }
  return found;
}

const temporary = await mkdtemp(join(tmpdir(), "assay-forks-"));
await chmod(temporary, 0o711);
process.env.TMPDIR = temporary;
const look = async () => {
  // A connection's end is told in the turn after its last event.
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    descriptors: await descriptors(),
    children: await children(),
    machines: await machines(),
    temporary: (await readdir(temporary)).filter((name) => !name.startsWith("assay-qemu-test-")).length,
    running: await running(),
    heapMb: heapUsed / 1_048_576,
    rssMb: rss / 1_048_576,
    resources: process.getActiveResourcesInfo().toSorted(),
  };
};

const seconds: number[] = [];
{
  await using guests = await openGuests();
  await guests.prepare();
  const fork = async (name: string) => {
    const startedMs = performance.now();
    await using made = await guests.deploy(name);
    if ((await made.nodes[0].text(["hostname"])) !== name) throw new Error(`The fork '${name}' is not itself.`);
    seconds.push((performance.now() - startedMs) / 1000);
  };
  for (let index = 0; index < WARM_UP; index++) await fork(`${PREFIX}-warm-${index}`);
  const before = await look();
  for (let index = 0; index < count; index++) await fork(`${PREFIX}-${index}`);
  const after = await look();
  const sorted = seconds.toSorted((left, right) => left - right);
  const slowest = sorted.at(-1);
  process.stdout.write(`${JSON.stringify({ count, before, after, medianS: sorted[sorted.length >> 1], slowest })}\n`);
}
await rm(temporary, { recursive: true, force: true });
