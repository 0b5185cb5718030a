import { nodesOf } from "../../packages/assay/src/plan/case-requirement.ts";
import { type Candidate, matchAll } from "../../packages/assay/src/plan/match.ts";
import { exactly } from "../../packages/assay/src/suite/count.ts";
import type { CaseRequirement } from "../../packages/assay/src/suite/requirement.ts";
import { needsOf } from "./large-catalogue.ts";

const CANDIDATES = 1000;
const FEATURES = ["SerialConsole", "StartStop", "Nvme", "Gpu", "Infiniband", "Hibernation"];

/** Machines of which no two are alike. */
const candidates: readonly Candidate[] = Array.from({ length: CANDIDATES }, (_, index) => ({
  name: `environment '${index}'`,
  cost: (index * 7919) % CANDIDATES,
  nodes: Array.from({ length: 1 + (index % 2) }, () => ({
    coreCount: exactly(1 + (index % 32)),
    memoryMb: exactly(512 * (1 + (index % 40))),
    disk: { dataDiskCount: exactly(index % 12) },
    networkInterface: { nicCount: exactly(1 + (index % 4)) },
    features: FEATURES.filter((_name, bit) => (index >> bit) % 2 === 1).map((name) => ({ name, settings: {} })),
  })),
}));

export interface Matching {
  readonly cases: number;
  readonly elapsedMs: number;
}

/** What the cases ask for: some hundred different things, as real ones do, or each a memory of its own. */
export const SHAPES = {
  usual: (index: number): CaseRequirement => needsOf(index),
  "all different": (index: number): CaseRequirement => ({ ...needsOf(index), memoryMb: 512 + index }),
} as const;

/** Finds the best of 1,000 machines for each of so many cases. */
export function measureMatching(cases: number, needs: (index: number) => CaseRequirement): Matching {
  const requirements = Array.from({ length: cases }, (_, index) => nodesOf(needs(index)));
  const startedAt = performance.now();
  const fitting = matchAll(requirements, candidates).filter(({ best }) => best !== undefined).length;
  const elapsedMs = performance.now() - startedAt;
  if (fitting === 0) throw new Error("No case fits any machine, so nothing was measured.");
  return { cases, elapsedMs };
}
