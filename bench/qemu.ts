import { open } from "node:fs/promises";
import { join } from "node:path";
import { Disk } from "../packages/assay/src/features/index.ts";
import { atLeast, atMost, type Figure, figure, median } from "./figure.ts";
import { BareFork, type BareOrder, readBareOrder } from "./qemu/bare-fork.ts";
import { type BenchGuests, openBenchGuests, pidsOf } from "./qemu/bench-guests.ts";
import { memoryOf, perExtraMachineMb } from "./qemu/memory.ts";

/** `QUICK=1` shows in a minute that everything but a cold boot can be measured; its figures mean nothing. */
const isQuick = process.env.QUICK === "1";
const CASES = 100;
const FORKS = isQuick ? 3 : CASES;
const COLD_BOOTS = isQuick ? 0 : 5;
const ROUNDS = isQuick ? 2 : 10;
const AT_ONCE = isQuick ? 2 : 8;
/** Alive at the same time, of which the first pays for what all share. */
const IDLE = isQuick ? 2 : 5;
const DISK_BYTES = 2 ** 30;

const say = (text: string): void => void process.stderr.write(`  ${text}\n`);

async function secondsOf<T>(work: () => Promise<T>): Promise<{ readonly seconds: number; readonly made: T }> {
  const startedAt = performance.now();
  const made = await work();
  return { seconds: (performance.now() - startedAt) / 1000, made };
}

/**
 * What machines of the QEMU platform cost: the default image under UEFI, 1 GiB, its forks against what QEMU itself takes
 * for the same (a script with a process and QMP), and against cold boots in the same run.
 */
export default async function qemu(): Promise<readonly Figure[]> {
  await using guests = await openBenchGuests();
  const [single, pair] = [await orderOf(guests, 1), await orderOf(guests, 2)];
  return [
    ...(await forks(guests, single)),
    ...(await pairs(guests, pair)),
    ...(await hotAdd(guests, single)),
    ...(await idleMemory(guests, single)),
    ...(await together(guests)),
  ];
}

/** How QEMU is started for a fork. The first one of its kind boots the template. */
async function orderOf(guests: BenchGuests, nodeCount: number): Promise<BareOrder> {
  const { environment } = await guests.ready(`bench-first-${nodeCount}`, { nodeCount });
  await using _environment = environment;
  const [pid = 0] = await pidsOf(environment);
  return await readBareOrder(pid);
}

const ANSWER = "the guest answers";
const answers = (fork: BareFork): Promise<void> => fork.run("echo the guest answer's'", ANSWER);

async function forks(guests: BenchGuests, order: BareOrder): Promise<readonly Figure[]> {
  const times: number[] = [];
  const sizes: number[] = [];
  const wholes: number[] = [];
  const running: number[] = [];
  const bare: number[] = [];
  for (let round = 1; round <= FORKS; round += 1) {
    const whole = await secondsOf(async () => {
      const { environment, seconds } = await guests.ready(`bench-${round}`);
      await using _environment = environment;
      times.push(seconds);
      const [pid = 0] = await pidsOf(environment);
      sizes.push((await memoryOf(pid)).residentMb);
    });
    wholes.push(whole.seconds);
    if (round > ROUNDS) continue;
    // In turn, so that what else the host does falls on both.
    const startedAt = performance.now();
    await using fork = await BareFork.start(order);
    running.push((performance.now() - startedAt) / 1000);
    await answers(fork);
    bare.push((performance.now() - startedAt) / 1000);
    say(`fork ${round}: ${times.at(-1)?.toFixed(2)} s, bare ${bare.at(-1)?.toFixed(2)} s`);
  }
  const cold: number[] = [];
  for (let round = 1; round <= COLD_BOOTS; round += 1) {
    const whole = await secondsOf(async () => {
      const { environment } = await guests.ready(`bench-cold-${round}`, { coldBoot: true });
      await environment[Symbol.asyncDispose]();
    });
    cold.push(whole.seconds);
    say(`cold boot ${round}: ${whole.seconds.toFixed(1)} s`);
  }
  const sum = (seconds: readonly number[]): number => seconds.reduce((all, each) => all + each, 0);
  const casesSeconds = (sum(wholes) * CASES) / FORKS;
  const coldSeconds = (sum(cold) * CASES) / COLD_BOOTS;
  return [
    figure(`fork to first command answered, median of ${FORKS}`, median(times), "s", atMost(2.5)),
    figure("the same with a bare script", median(bare), "s"),
    figure("of which QEMU, until the guest runs", median(running), "s"),
    figure(`slowest of ${FORKS} forks`, Math.max(...times), "s"),
    figure(`${CASES} cases one after the other, each on a fork of its own`, casesSeconds, "s"),
    figure(`the same with cold boots, from ${COLD_BOOTS} of them`, coldSeconds, "s"),
    figure("cold boots ÷ forks", coldSeconds / casesSeconds, "×", atLeast(20)),
    figure("cold boot to first command, and its removal", sum(cold) / COLD_BOOTS, "s"),
    figure(`resident memory of a fork, median of ${FORKS}`, median(sizes), "MB", atMost(200)),
  ];
}

async function pairs(guests: BenchGuests, order: BareOrder): Promise<readonly Figure[]> {
  const [twos, ones, bare]: [number[], number[], number[]] = [[], [], []];
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [nodeCount, times] of [
      [1, ones],
      [2, twos],
    ] as const) {
      const { environment, seconds } = await guests.ready(`bench-${nodeCount}-nodes-${round}`, { nodeCount });
      await environment[Symbol.asyncDispose]();
      times.push(seconds);
    }
    const { seconds, made } = await secondsOf(async () => {
      const both = await Promise.all([BareFork.start(order), BareFork.start(order)]);
      await Promise.all(both.map(answers));
      return both;
    });
    for (const fork of made) await fork[Symbol.asyncDispose]();
    bare.push(seconds);
    say(
      `round ${round}: one ${ones.at(-1)?.toFixed(2)} s, two ${twos.at(-1)?.toFixed(2)} s, bare ${seconds.toFixed(2)} s`,
    );
  }
  return [
    figure(`two nodes forked, to the first command on both, median of ${ROUNDS}`, median(twos), "s", atMost(4)),
    figure("the same with a bare script, without names and network", median(bare), "s"),
    figure(`one node in turn with them, median of ${ROUNDS}`, median(ones), "s"),
  ];
}

async function hotAdd(guests: BenchGuests, order: BareOrder): Promise<readonly Figure[]> {
  const added: number[] = [];
  const bare: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { environment } = await guests.ready(`bench-disk-${round}`);
    await using _environment = environment;
    const disks = environment.nodes[0].feature(Disk);
    added.push((await secondsOf(() => disks.addDataDisks([{ sizeBytes: DISK_BYTES }]))).seconds);
    await using fork = await BareFork.start(order);
    await answers(fork);
    const path = join(fork.folder, "added.raw");
    await using file = await open(path, "w");
    await file.truncate(DISK_BYTES);
    // The guest looks for it without a pause, from before it is there.
    const seen = fork.run("until [ -e /dev/sda ]; do :; done; echo the guest answer's'", ANSWER);
    const { seconds } = await secondsOf(async () => {
      await fork.plug(path);
      await seen;
    });
    bare.push(seconds);
    say(`disk ${round}: ${added.at(-1)?.toFixed(2)} s, bare ${seconds.toFixed(2)} s`);
  }
  return [
    figure(`disk added until the guest has it, median of ${ROUNDS}`, median(added), "s", atMost(2)),
    figure("the same with a bare script", median(bare), "s"),
  ];
}

async function idleMemory(guests: BenchGuests, order: BareOrder): Promise<readonly Figure[]> {
  await using opened = new AsyncDisposableStack();
  const forked = await perExtraMachineMb(async (index) => {
    const { environment } = await guests.ready(`bench-idle-${index}`);
    opened.use(environment);
    return await pidsOf(environment);
  }, IDLE);
  await opened.disposeAsync();
  await using others = new AsyncDisposableStack();
  const bare = await perExtraMachineMb(async () => {
    const fork = others.use(await BareFork.start(order));
    await answers(fork);
    return [fork.pid];
  }, IDLE);
  return [
    figure("memory that each fork of 1 GiB adds to the first", forked, "MB", atMost(200)),
    figure("the same with a bare script", bare, "MB"),
  ];
}

async function together(guests: BenchGuests): Promise<readonly Figure[]> {
  const names = Array.from({ length: AT_ONCE }, (_, index) => `bench-together-${index}`);
  const { seconds, made } = await secondsOf(() => Promise.all(names.map((name) => guests.ready(name))));
  const hosts = await Promise.all(made.map(({ environment }) => environment.nodes[0].text(["hostname"])));
  await Promise.all(made.map(({ environment }) => environment[Symbol.asyncDispose]()));
  return [
    figure("forks alive at once", new Set(hosts).size, "", atLeast(AT_ONCE)),
    figure(`until ${AT_ONCE} forks at once have all answered`, seconds, "s"),
  ];
}
