import { expect, test } from "vitest";
import type { NodeSpace } from "../../runbook/requirement.ts";
import { atLeast, between, exactly } from "../../suite/count.ts";
import { costOf } from "./cost.ts";
import { checkEnvironment, chooseEnvironment, type EnvironmentSpace, intersectEnvironment } from "./environment.ts";
import { OPEN_CAPABILITY } from "./node.ts";
import { sentenceOf } from "./reason.ts";

const cores = (count: number): NodeSpace => ({ ...OPEN_CAPABILITY, gpuCount: exactly(0), coreCount: exactly(count) });
const alone = (node: NodeSpace): EnvironmentSpace => ({ nodes: [node] });

/** Capabilities of upstream's matrix by name. */
const CAPABILITIES: Readonly<Record<string, EnvironmentSpace>> = {
  open: alone(OPEN_CAPABILITY),
  "just 6": alone({ ...OPEN_CAPABILITY, coreCount: exactly(6) }),
  "6, no gpu": alone(cores(6)),
  "6, gpu 0-2": alone({ ...cores(6), gpuCount: between(0, 2) }),
  "6, gpu 2": alone({ ...cores(6), gpuCount: exactly(2) }),
  "just 10": alone(cores(10)),
  "2 nodes of 6": alone({ ...cores(6), nodeCount: exactly(2) }),
  "6 and 6": { nodes: [cores(6), cores(6)] },
  "6 and 10": { nodes: [cores(6), cores(10)] },
  "10 and 6": { nodes: [cores(10), cores(6)] },
  "10 and 6, in order": { nodes: [cores(10), cores(6)], isOrderFixed: true },
};

const metBy = (requirement: EnvironmentSpace): string[] =>
  Object.keys(CAPABILITIES).filter((name) => checkEnvironment(requirement, CAPABILITIES[name] ?? { nodes: [] }).ok);

const fourToEight: NodeSpace = { coreCount: between(4, 8) };

test.each<[string, NodeSpace, readonly string[]]>([
  [
    "any node",
    { nodeCount: atLeast(1), coreCount: atLeast(1), memoryMb: atLeast(512), gpuCount: atLeast(0) },
    Object.keys(CAPABILITIES),
  ],
  [
    "4 to 8 processors",
    fourToEight,
    ["open", "just 6", "6, no gpu", "6, gpu 0-2", "6, gpu 2", "2 nodes of 6", "6 and 6", "6 and 10", "10 and 6"],
  ],
  ["2 nodes of 4 to 8 processors", { ...fourToEight, nodeCount: exactly(2) }, ["2 nodes of 6", "6 and 6"]],
  [
    "exactly 6 processors",
    { coreCount: exactly(6) },
    ["open", "just 6", "6, no gpu", "6, gpu 0-2", "6, gpu 2", "2 nodes of 6", "6 and 6", "6 and 10", "10 and 6"],
  ],
  [
    "4 to 8 processors and a graphics processor",
    { ...fourToEight, gpuCount: exactly(1) },
    ["open", "just 6", "6, gpu 0-2"],
  ],
])("%s is met by what upstream's matrix says", (_, node, expected) => {
  expect(metBy(alone(node))).toEqual(expected);
});

test.each<[string, NodeSpace, string, NodeSpace, number]>([
  ["the smallest of an open range", fourToEight, "open", { coreCount: exactly(4) }, 4],
  ["what is there where that is fixed", { coreCount: atLeast(1) }, "just 6", { coreCount: exactly(6) }, 6],
  ["the wanted graphics processor", { ...fourToEight, gpuCount: exactly(1) }, "open", { gpuCount: exactly(1) }, 104],
  ["no graphics processor when none is wanted", fourToEight, "6, gpu 0-2", { gpuCount: exactly(0) }, 6],
])("chooses %s", (_, requirement, capability, expected, cost) => {
  const chosen = chooseEnvironment(alone(requirement), CAPABILITIES[capability] ?? { nodes: [] });
  expect(chosen).toMatchObject({ ok: true, space: { nodes: [expected] } });
  expect(chosen.ok && costOf(chosen.space.nodes)).toBe(cost);
});

test("the cost of nodes is the sum of theirs", () => {
  expect(costOf([cores(2), cores(2)])).toBe(4);
  expect(costOf([{ coreCount: exactly(48), gpuCount: exactly(4) }])).toBe(448);
  expect(costOf([{ coreCount: exactly(4), nodeCount: exactly(3) }])).toBe(12);
});

test("nodes that do not fit in their order are matched in another", () => {
  const requirement = { nodes: [{ coreCount: exactly(6) }, { coreCount: exactly(10) }] };
  expect(checkEnvironment(requirement, CAPABILITIES["10 and 6"] ?? { nodes: [] })).toEqual({
    ok: true,
    places: [1, 0],
  });
  expect(checkEnvironment(requirement, CAPABILITIES["6 and 10"] ?? { nodes: [] })).toEqual({
    ok: true,
    places: [0, 1],
  });
  expect(intersectEnvironment(requirement, CAPABILITIES["10 and 6"] ?? { nodes: [] })).toMatchObject({
    ok: true,
    space: { nodes: [{ coreCount: exactly(6) }, { coreCount: exactly(10) }] },
  });
});

test("a third node can free the place another needs", () => {
  const requirement = { nodes: [{ coreCount: atLeast(1) }, { coreCount: atLeast(8) }, { coreCount: atLeast(4) }] };
  const capability = { nodes: [cores(8), cores(4), cores(1)] };
  expect(checkEnvironment(requirement, capability)).toEqual({ ok: true, places: [2, 0, 1] });
});

test.each<[string, EnvironmentSpace, EnvironmentSpace, readonly string[]]>([
  [
    "too few nodes",
    { nodes: [{ nodeCount: exactly(3) }] },
    { nodes: [cores(1), cores(1)] },
    ["It needs 3 nodes; 'a' has 2 nodes."],
  ],
  [
    "more nodes than any environment has",
    { nodes: [{ nodeCount: exactly(2_000_000_000) }] },
    { nodes: [{ nodeCount: exactly(3_000_000_000) }] },
    ["It needs 2000000000 nodes; 'a' has at most 100 nodes."],
  ],
  [
    "which node lacks what",
    { nodes: [{ coreCount: atLeast(1) }, { coreCount: atLeast(4), gpuCount: atLeast(1) }] },
    { nodes: [cores(2), cores(2)] },
    [
      "Its node 2 needs 4 or more processors; in 'a' that node has 2 processors.",
      "Its node 2 needs 1 or more graphics processors; in 'a' that node has 0 graphics processors.",
    ],
  ],
])("says %s", (_, requirement, capability, sentences) => {
  const found = checkEnvironment(requirement, capability);
  expect(found.ok ? [] : found.reasons.map((reason) => sentenceOf(reason, "'a'"))).toEqual(sentences);
});
