import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import type {
  Environment,
  EnvironmentRequirement,
  PlatformProgress,
} from "../../packages/assay/src/platforms/platform.ts";
import { machinesFolder, readOwnerMark } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { qemuPlatform } from "../../packages/assay/src/platforms/qemu/qemu-platform.ts";

const LIMIT_MS = 3_600_000;
const REQUIREMENT = { nodeCount: 1, cores: 1, memoryMb: 256, features: [], coldBoot: false } as const;

/** A deployed environment whose first command has answered on each node, and how long that took. */
export interface ReadyEnvironment {
  readonly environment: Environment;
  readonly seconds: number;
}

/** The default image on the QEMU platform. Disposing removes all that is left of it. */
export interface BenchGuests extends AsyncDisposable {
  readonly signal: AbortSignal;
  /** From the request until every node has run a command. */
  ready(name: string, more?: Partial<EnvironmentRequirement>): Promise<ReadyEnvironment>;
}

export async function openBenchGuests(): Promise<BenchGuests> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "assay-bench-qemu-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const image = await resolveImage("debian-12", { signal });
  const runId = `bench-${process.pid}`;
  const platform = opened.use(await qemuPlatform({ image, section: {}, runId, keepEnvironment: "no" }));
  const progress = ({ step, detail }: PlatformProgress) => {
    if (step === "boot template") process.stderr.write(`  ${step}: ${detail ?? ""}\n`);
  };
  await platform.prepare({ signal, logFolder: folder, progress });
  const owned = opened.move();
  return {
    signal,
    async ready(name, more = {}) {
      const logFolder = await mkdtemp(join(folder, `${name}-`));
      const startedAt = performance.now();
      const context = { environmentName: name, signal, logFolder, progress };
      const environment = await platform.deploy({ ...REQUIREMENT, ...more }, context);
      await Promise.all(environment.nodes.map((node) => node.text(["true"])));
      return { environment, seconds: (performance.now() - startedAt) / 1000 };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** QEMUs of the machines of an environment of this process, in the order of its nodes. */
export async function pidsOf({ nodes, name }: Environment): Promise<readonly number[]> {
  const found = new Map<string, number>();
  for (const entry of await readdir(machinesFolder())) {
    const mark = await readOwnerMark(join(machinesFolder(), entry));
    if (mark?.controller.pid === process.pid && mark.qemu !== undefined) found.set(mark.name, mark.qemu.pid);
  }
  return nodes.map((node) => {
    const pid = found.get(node.name) ?? found.get(name);
    if (pid === undefined) throw new Error(`No QEMU of '${node.name}' is marked.`);
    return pid;
  });
}
