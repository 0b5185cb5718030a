import type { Node } from "../../node/node.ts";
import type { Environment } from "../../platforms/platform.ts";
import { compareSnapshots, type Finding, findingText } from "./compare-snapshots.ts";
import { parseSnapshot, type Snapshot } from "./snapshot.ts";
import { snapshotScript } from "./snapshot-script.ts";

/** A node that takes longer is not looked at. */
const SNAPSHOT_TIMEOUT_MS = 15_000;

/** What a case left on one node, as lines. */
export interface Leftovers {
  readonly node: string;
  readonly findings: readonly string[];
}

/**
 * Looks at environments before and after cases for what cases leave behind. What it saw after one case is what the next
 * one on the same environment begins with, so each case costs one round trip.
 */
export class PollutionWatch {
  readonly #seen = new WeakMap<Environment, ReadonlyMap<string, Snapshot>>();

  /** Looks at the environment unless it has been looked at after another case. */
  async before(environment: Environment, signal: AbortSignal): Promise<void> {
    if (!this.#seen.has(environment)) this.#seen.set(environment, await snapshotsOf(environment, signal));
  }

  /** What is different from before, for the nodes that could be asked both times and have something. */
  async after(environment: Environment, signal: AbortSignal): Promise<readonly Leftovers[]> {
    const before = this.#seen.get(environment);
    const after = await snapshotsOf(environment, signal);
    this.#seen.set(environment, after);
    return environment.nodes.flatMap(({ name }) => {
      const [was, is] = [before?.get(name), after.get(name)];
      const findings: readonly Finding[] = was === undefined || is === undefined ? [] : compareSnapshots(was, is);
      return findings.length === 0 ? [] : [{ node: name, findings: findings.map(findingText) }];
    });
  }
}

async function snapshotsOf(environment: Environment, signal: AbortSignal): Promise<ReadonlyMap<string, Snapshot>> {
  const taken = await Promise.all(
    environment.nodes.map(async (node) => [node.name, await snapshotOf(node, signal)] as const),
  );
  return new Map(taken.flatMap(([name, snapshot]) => (snapshot === undefined ? [] : [[name, snapshot] as const])));
}

async function snapshotOf(node: Pick<Node, "run">, signal: AbortSignal): Promise<Snapshot | undefined> {
  const options = { timeoutMs: SNAPSHOT_TIMEOUT_MS, signal };
  // Others' folders and the kernel's log may be root's alone; without sudo the rest is still worth looking at.
  const asRoot = await node.run(snapshotScript, { ...options, sudo: true });
  const done = asRoot.exitCode === 1 ? await node.run(snapshotScript, options) : asRoot;
  return done.exitCode === 0 ? parseSnapshot(done.stdout) : undefined;
}
