import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveImage } from "../packages/assay/src/image/resolve.ts";
import type {
  Environment,
  EnvironmentRequirement,
  Platform,
  PlatformProgress,
} from "../packages/assay/src/platforms/platform.ts";
import { machinesFolder, readOwnerMark } from "../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { qemuPlatform } from "../packages/assay/src/platforms/qemu/qemu-platform.ts";
import { atLeast, atMost, type Figure, figure, median } from "./figure.ts";

const FORKS = 20;
const AT_ONCE = 8;
const LIMIT_MS = 2_400_000;
const PAIRS = 10;
const REQUIREMENT = { nodeCount: 1, cores: 1, memoryMb: 256, features: [], coldBoot: false } as const;

/**
 * What a pristine guest costs: forks one after the other until their first command has answered, their memory at that
 * moment, two nodes in turn with one, eight alive at once, and a cold boot of the same image in the same run.
 */
export default async function fork(): Promise<readonly Figure[]> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const folder = await mkdtemp(join(tmpdir(), "assay-bench-fork-"));
  try {
    const image = await resolveImage("debian-12", { signal });
    await using platform = await qemuPlatform({
      image,
      section: {},
      runId: `bench-${process.pid}`,
      keepEnvironment: "no",
    });
    const progress = ({ step, detail }: PlatformProgress) => {
      if (step === "boot template") process.stderr.write(`  ${step}: ${detail ?? ""}\n`);
    };
    await platform.prepare({ signal, logFolder: folder, progress });
    const deploy = async (name: string, more: Partial<EnvironmentRequirement> = {}) => {
      const logFolder = await mkdtemp(join(folder, `${name}-`));
      return await ready(platform, { environmentName: name, signal, logFolder, progress }, more);
    };
    // The first one boots the template of machines with a private network.
    await (await deploy("bench-pair-0", { nodeCount: 2 })).environment[Symbol.asyncDispose]();

    const times: number[] = [];
    const sizes: number[] = [];
    for (let round = 1; round <= FORKS; round++) {
      const { environment, elapsedMs } = await deploy(`bench-${round}`);
      await using _environment = environment;
      times.push(elapsedMs / 1000);
      sizes.push(await residentMb(environment));
      process.stderr.write(`  fork ${round}: ${(elapsedMs / 1000).toFixed(2)} s, ${sizes.at(-1)?.toFixed(0)} MB\n`);
    }
    const pairs: number[] = [];
    const singles: number[] = [];
    for (let round = 1; round <= PAIRS; round++) {
      // In turn, so that what else the host does falls on both.
      for (const [nodeCount, seconds] of [
        [1, singles],
        [2, pairs],
      ] as const) {
        const { environment, elapsedMs } = await deploy(`bench-${nodeCount}-nodes-${round}`, { nodeCount });
        await environment[Symbol.asyncDispose]();
        seconds.push(elapsedMs / 1000);
      }
      process.stderr.write(
        `  round ${round}: one ${singles.at(-1)?.toFixed(2)} s, two ${pairs.at(-1)?.toFixed(2)} s\n`,
      );
    }
    const together = await allAtOnce((name) => deploy(name));
    const cold = await deploy("bench-cold", { coldBoot: true });
    await cold.environment[Symbol.asyncDispose]();
    const forkSeconds = median(times);
    return [
      figure("fork to first command answered, median of 20", forkSeconds, "s", atMost(2.5)),
      figure("slowest of 20 forks", Math.max(...times), "s"),
      figure("two nodes forked, to the first command on both, median of 10", median(pairs), "s", atMost(4)),
      figure("one node in turn with them, median of 10", median(singles), "s"),
      figure("resident memory of a fork, median of 20", median(sizes), "MB", atMost(200)),
      figure("forks alive at once", together.alive, "", atLeast(AT_ONCE)),
      figure("until 8 forks at once have all answered", together.seconds, "s"),
      figure("cold boot to first command", cold.elapsedMs / 1000, "s"),
      figure("cold boot over fork", cold.elapsedMs / 1000 / forkSeconds, "×", atLeast(40)),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ready(
  platform: Platform,
  context: Parameters<Platform["deploy"]>[1],
  more: Partial<EnvironmentRequirement>,
) {
  const startedAt = performance.now();
  const environment = await platform.deploy({ ...REQUIREMENT, ...more }, context);
  await Promise.all(environment.nodes.map((node) => node.text(["true"])));
  return { environment, elapsedMs: performance.now() - startedAt };
}

async function allAtOnce(deploy: (name: string) => ReturnType<typeof ready>) {
  const startedAt = performance.now();
  const names = Array.from({ length: AT_ONCE }, (_, index) => `bench-together-${index}`);
  const forks = await Promise.all(names.map((name) => deploy(name)));
  const seconds = (performance.now() - startedAt) / 1000;
  const answers = await Promise.all(forks.map(({ environment }) => environment.nodes[0].text(["hostname"])));
  await Promise.all(forks.map(({ environment }) => environment[Symbol.asyncDispose]()));
  return { alive: new Set(answers).size, seconds };
}

async function residentMb(environment: Environment): Promise<number> {
  for (const entry of await readdir(machinesFolder())) {
    const mark = await readOwnerMark(join(machinesFolder(), entry));
    if (mark?.name !== environment.name || mark.controller.pid !== process.pid || mark.qemu === undefined) continue;
    const status = await readFile(`/proc/${mark.qemu.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1000;
  }
  throw new Error(`No QEMU of '${environment.name}' is marked.`);
}
