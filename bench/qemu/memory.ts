import { readFile } from "node:fs/promises";

/** Megabytes of the host that a process has: `resident` counts what it shares in full, `proportional` its part of it. */
export interface ProcessMemory {
  readonly residentMb: number;
  readonly proportionalMb: number;
}

/** Throws when the process has ended. */
export async function memoryOf(pid: number): Promise<ProcessMemory> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) / 1000;
  return { residentMb: megabytes("Rss"), proportionalMb: megabytes("Pss") };
}

/** What each machine beyond the first adds, by their proportional memory while all of them run. */
export async function perExtraMachineMb(makeOne: (index: number) => Promise<readonly number[]>, machines: number) {
  const pids = [...(await makeOne(0))];
  const sum = async () =>
    (await Promise.all(pids.map(memoryOf))).reduce((all, { proportionalMb }) => all + proportionalMb, 0);
  const first = await sum();
  for (let index = 1; index < machines; index += 1) pids.push(...(await makeOne(index)));
  return ((await sum()) - first) / (machines - 1);
}
