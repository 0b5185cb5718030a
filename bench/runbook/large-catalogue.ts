import { atLeast, between } from "../../packages/assay/src/suite/count.ts";
import type { CaseRequirement } from "../../packages/assay/src/suite/requirement.ts";
import { type Priority, type Suite, suite } from "../../packages/assay/src/suite/suite.ts";

const CASES_PER_SUITE = 10;
const FEATURES = ["SerialConsole", "StartStop", "Nvme", "Gpu", "Infiniband", "Hibernation"];
const PRIORITIES = [0, 1, 2, 3, 4] as const satisfies readonly Priority[];

/** What case number `index` needs: some hundred different things, most cases nothing special. */
export function needsOf(index: number): CaseRequirement {
  const feature = FEATURES[index % FEATURES.length] ?? "";
  return {
    ...(index % 3 === 0 && { cores: [1, 2, 4, 8, 16][index % 5] ?? 1 }),
    ...(index % 4 === 0 && { memoryMb: atLeast(1024 * (1 + (index % 7))) }),
    ...(index % 5 === 0 && { disk: { dataDiskCount: between(1, 1 + (index % 9)) } }),
    ...(index % 7 === 0 && { features: [{ name: feature }] }),
    ...(index % 11 === 0 && { nodes: 2 }),
    ...(index % 13 === 0 && { network: { nicCount: atLeast(1 + (index % 4)) } }),
  };
}

/** As many cases as upstream's catalogue has, or as asked for, in suites of ten. */
export function largeCatalogue(cases: number): readonly Suite[] {
  return Array.from({ length: Math.ceil(cases / CASES_PER_SUITE) }, (_, number) =>
    suite(`Suite${number}`, { area: `area${number % 20}`, about: "A generated suite." }, ({ test }) => {
      for (let index = number * CASES_PER_SUITE; index < Math.min(cases, (number + 1) * CASES_PER_SUITE); index += 1) {
        const priority = PRIORITIES[index % PRIORITIES.length] ?? 0;
        const name = index % 2 === 0 ? `verify_${index}` : `stress_${index}`;
        test(name, { about: "A generated case.", priority, requires: needsOf(index) }, async () => {});
      }
    }),
  );
}
