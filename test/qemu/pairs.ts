import type { Node } from "../../packages/assay/src/node/node.ts";
import type { Environment } from "../../packages/assay/src/platforms/platform.ts";

/** The nodes of an environment of at least two. */
export function pairOf({ nodes }: Environment): readonly [Node, Node] {
  const [one, two] = nodes;
  if (two === undefined) throw new Error("The environment has one node only.");
  return [one, two];
}

/** Whether `from` gets an answer of `to`, asked for by name; `tries` bounds the wait in seconds. Images may keep ping for root. */
export async function reaches(from: Node, to: Node, tries = 10): Promise<boolean> {
  return (await from.run(["ping", "-c", "1", "-w", `${tries}`, to.name], { sudo: true })).exitCode === 0;
}
