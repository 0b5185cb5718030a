import type { NodeSpace } from "../runbook/requirement.ts";
import type { CaseRequirement } from "../suite/requirement.ts";
import { nodesOf, requirementOn } from "./case-requirement.ts";
import { describedFinder } from "./described.ts";
import { matcher } from "./match.ts";
import { listedEnvironments, type Machines } from "./predefined.ts";
import { costOf } from "./space/cost.ts";
import { pickCount } from "./space/count.ts";

/** Where a case runs. */
export interface PlannedEnvironment {
  /** A listed one by its name, one to be made by what it must have at least. */
  readonly name: string;
  /** How many there will be: one for cases that can follow each other, one each where a fresh one is wanted. */
  readonly use: "listed" | "shared" | "own";
  /** Points: one a processor, a hundred a graphics processor. Nothing for one that is there already. */
  readonly cost: number;
}

/** Platforms that give each case a machine of its own, because a fresh one costs next to nothing. */
const FORKING: ReadonlySet<string> = new Set(["qemu", "libvirt"]);

/** Gives the environment for what a case needs on the machines of a runbook. Only for cases these can serve. */
export function environmentFinder(runbook: Machines): (requires: CaseRequirement) => PlannedEnvironment {
  const described = describedFinder(runbook);
  if (described !== undefined) {
    return (requires) => {
      const { best } = described(nodesOf(requires));
      return { name: best?.name ?? "", use: "own", cost: best?.cost ?? 0 };
    };
  }
  const listed = listedEnvironments(runbook);
  if (listed.length > 0) {
    const match = matcher(listed);
    return (requires) => ({ name: match(nodesOf(requires)).best?.name ?? "", use: "listed", cost: 0 });
  }
  const use = FORKING.has(runbook.platform?.type ?? "") ? "own" : "shared";
  return (requires) => {
    const required = requirementOn(requires, runbook.platform ?? {});
    const nodes = required.ok ? required.nodes : nodesOf(requires);
    const boot = requires.coldBoot === true ? ", freshly booted" : "";
    return { name: `${nodesInWords(nodes)}${boot}`, use, cost: costOf(nodes) };
  };
}

/** Such as `1 core, 512 MiB` or `2 × (4 cores, 2 GiB, Sriov)`. */
function nodesInWords(nodes: readonly NodeSpace[]): string {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const words = nodeInWords(node);
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const [first, second] = counts;
  if (first !== undefined && second === undefined && first[1] === 1) return first[0];
  return [...counts].map(([words, count]) => `${count} × (${words})`).join(" + ");
}

function nodeInWords({ coreCount, memoryMb, gpuCount, disk, networkInterface, features }: NodeSpace): string {
  const number = (space: NodeSpace["coreCount"]): number => (space === undefined ? 0 : (pickCount(space) ?? 0));
  const cores = number(coreCount);
  const memory = number(memoryMb);
  const gpus = number(gpuCount);
  const disks = number(disk?.dataDiskCount);
  const nics = number(networkInterface?.nicCount);
  const inWords = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
  return [
    inWords(Math.max(1, cores), "core"),
    memory >= 1024 && memory % 1024 === 0 ? `${memory / 1024} GiB` : `${memory} MiB`,
    ...(gpus > 0 ? [inWords(gpus, "GPU")] : []),
    ...(disks > 0 ? [inWords(disks, "data disk")] : []),
    ...(nics > 1 ? [inWords(nics, "NIC")] : []),
    ...(features ?? []).map(({ name }) => name),
  ].join(", ");
}
