import fc from "fast-check";
import { expect, test } from "vitest";
import type { NodeSpace } from "../runbook/requirement.ts";
import { atLeast, between, exactly } from "../suite/count.ts";
import { nodeSpaces } from "../testing/arbitrary-space.ts";
import { type Candidate, matchAll } from "./match.ts";
import { checkEnvironment } from "./space/environment.ts";

const machine = (name: string, cores: number, cost: number, rest: NodeSpace = {}): Candidate => ({
  name: `environment '${name}'`,
  cost,
  nodes: [{ coreCount: exactly(cores), memoryMb: exactly(1024), ...rest }],
});

const namesOf = (candidates: readonly Candidate[]): string[] => candidates.map(({ name }) => name.slice(13, -1));

test("what fits comes cheapest first, and of equal cost in the order given", () => {
  const there = [machine("dear", 8, 9), machine("b", 4, 2), machine("a", 4, 2), machine("small", 1, 1)];
  const [match] = matchAll([[{ coreCount: atLeast(2) }]], there);
  expect(namesOf(match?.candidates ?? [])).toEqual(["b", "a", "dear"]);
  expect(match?.best).toBe(there[1]);
  expect(match?.reasons).toEqual([]);
});

test("equal requirements share one match, whatever objects say them", () => {
  const matches = matchAll(
    [[{ coreCount: atLeast(2) }], [{ coreCount: [...between(2, 5), ...atLeast(4)] }], [{ coreCount: atLeast(3) }]],
    [machine("a", 4, 1)],
  );
  expect(matches[0]).toBe(matches[1]);
  expect(matches[0]).not.toBe(matches[2]);
});

test.each<[string, readonly NodeSpace[], readonly Candidate[], readonly string[]]>([
  ["that there is nothing", [{}], [], ["There is no environment to run on."]],
  [
    "what each lacks when there are few",
    [{ coreCount: atLeast(8), features: [{ name: "Nvme", settings: {} }] }],
    [machine("a", 4, 1), machine("b", 8, 2, { features: [{ name: "Nfs", settings: {} }] })],
    [
      "It needs the feature 'Nvme'; environment 'b' has only 'Nfs'.",
      "It needs 8 or more processors; environment 'a' has 4 processors.",
      "It needs the feature 'Nvme'; environment 'a' has no features.",
    ],
  ],
  [
    "what the nearest lack when there are many",
    [{ coreCount: atLeast(64) }],
    [3, 48, 16, 8, 32].map((cores) => machine(`c${cores}`, cores, cores)),
    [
      "It needs 64 or more processors; environment 'c48' has 48 processors.",
      "It needs 64 or more processors; environment 'c32' has 32 processors.",
      "It needs 64 or more processors; environment 'c16' has 16 processors.",
      "The 2 others do not fit either.",
    ],
  ],
  [
    "the number of nodes",
    [{ nodeCount: exactly(2) }],
    [machine("a", 1, 1)],
    ["It needs 2 nodes; environment 'a' has 1 node."],
  ],
  [
    "a number of nodes that no environment has",
    [{ nodeCount: exactly(1e9) }],
    [machine("a", 1, 1)],
    ["It needs 1000000000 nodes; environment 'a' has 1 node."],
  ],
])("says %s", (_, requirement, candidates, reasons) => {
  expect(matchAll([requirement], candidates)[0]?.reasons).toEqual(reasons);
});

test("matching gives what checking each pair gives", () => {
  const environments = fc.array(
    fc.record({
      nodes: fc.array(nodeSpaces, { minLength: 1, maxLength: 3 }),
      isOrderFixed: fc.boolean(),
      cost: fc.nat(3),
    }),
    { maxLength: 6 },
  );
  const requirements = fc.array(fc.array(nodeSpaces, { minLength: 1, maxLength: 2 }), { maxLength: 6 });
  fc.assert(
    fc.property(requirements, environments, (wanted, there) => {
      const candidates = there.map((space, index) => ({ ...space, name: `'${index}'` }));
      const matches = matchAll(wanted, candidates);
      expect(matches).toHaveLength(wanted.length);
      for (const [index, nodes] of wanted.entries()) {
        const fitting = candidates.filter((candidate) => checkEnvironment({ nodes }, candidate).ok);
        const match = matches[index];
        expect(new Set(match?.candidates)).toEqual(new Set(fitting));
        expect(match?.candidates.map(({ cost }) => cost)).toEqual(fitting.map(({ cost }) => cost).toSorted());
        expect(match?.best).toBe(match?.candidates[0]);
        expect(match?.reasons.length === 0).toBe(fitting.length > 0);
      }
    }),
    { numRuns: 500 },
  );
});
