import { expect, test } from "vitest";
import type { WantedNodeSettings } from "../runbook/environment-types.ts";
import type { NodeSpace } from "../runbook/requirement.ts";
import { atLeast, between, exactly } from "../suite/count.ts";
import { nodesOf } from "./case-requirement.ts";
import { describedFinder, describedNodes } from "./described.ts";
import type { Machines } from "./predefined.ts";

const position = { file: "r.yml", line: 1, column: 1 };
const wanted = (name: string, requirement: NodeSpace, isDefault = false): WantedNodeSettings => ({
  type: "requirement",
  position,
  name,
  isDefault,
  requirement,
});
const describing = (...environments: (readonly [string, ...WantedNodeSettings[]])[]): Machines => ({
  platform: {
    type: "qemu",
    position,
    adminUsername: undefined,
    adminPassword: undefined,
    adminPrivateKeyFile: undefined,
    keepEnvironment: "no",
    section: {},
  },
  environment: {
    warnAsError: false,
    retry: 0,
    environments: environments.map(([name, ...nodes]) => ({ position, name, nodes })),
  },
});

const big = wanted("big", { coreCount: atLeast(4), memoryMb: exactly(4096) });
const small = wanted("small", { memoryMb: atLeast(512) });

test("an environment is made as a whole, also for a case that needs one node", () => {
  const nodes = describedNodes(describing(["pair", small, big]), nodesOf({}));
  expect(nodes?.names).toEqual(["small", "big"]);
  expect(nodes?.nodes.map(({ memoryMb }) => memoryMb)).toEqual([atLeast(512), exactly(4096)]);
});

test("the case gets the node that serves it, with what both ask for", () => {
  const nodes = describedNodes(describing(["pair", small, big]), nodesOf({ cores: 6, memoryMb: between(3000, 5000) }));
  expect(nodes?.names).toEqual(["small", "big"]);
  const runbook = describing(["pair", wanted("tiny", { memoryMb: exactly(512) }), big]);
  const other = describedNodes(runbook, nodesOf({ cores: 6, memoryMb: between(3000, 5000) }));
  expect(other?.names).toEqual(["big", "tiny"]);
  expect(other?.nodes[0]).toMatchObject({ coreCount: atLeast(6), memoryMb: exactly(4096) });
});

test("the default node comes first, and no other takes its place", () => {
  const runbook = describing(["pair", big, wanted("first", { memoryMb: exactly(512) }, true)]);
  expect(describedNodes(runbook, nodesOf({}))?.names).toEqual(["first", "big"]);
  expect(describedFinder(runbook)?.(nodesOf({ memoryMb: 1024 })).reasons).toEqual([
    "It needs 1024 or more MiB of memory; environment 'pair' has 512 MiB of memory.",
  ]);
});

test("the cheapest environment that serves a case is taken; one with too few nodes serves none", () => {
  const runbook = describing(["dear", big, big], ["cheap", small, small]);
  expect(describedFinder(runbook)?.(nodesOf({ nodes: 2 })).best?.name).toBe("environment 'cheap'");
  expect(describedNodes(runbook, nodesOf({ nodes: 3 }))).toBeUndefined();
});

test("features are the platform's to give", () => {
  const runbook = describing(["one", small]);
  expect(describedNodes(runbook, nodesOf({ features: [{ name: "StartStop" }] }))?.nodes[0]?.features).toHaveLength(1);
});

test("an environment with nodes that are there already is none that can be made", () => {
  const runbook = describing(["mixed", small, { ...small, type: "local" } as never]);
  expect(describedFinder(runbook)).toBeUndefined();
});
