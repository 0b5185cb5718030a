import { expect, test } from "vitest";
import { localPlatform } from "../../packages/assay/src/platforms/local/local-platform.ts";
import { machineShapes } from "../../packages/assay/src/platforms/qemu/machine-shapes.ts";
import { qemuRefusal } from "../../packages/assay/src/platforms/qemu/refusal.ts";
import { readyPlacement } from "../../packages/assay/src/run/ready-placement.ts";
import { requirementOf, serves } from "../../packages/assay/src/run/requirement.ts";
import { atLeast, between, exactly } from "../../packages/assay/src/suite/index.ts";
import type { CaseRequirement } from "../../packages/assay/src/suite/requirement.ts";
import { loadGood } from "../runbook/load-text.ts";

const RUNBOOK = `platform: [{ type: ready, admin_password: some-password, requirement: { core_count: 64 } }]
environment:
  environments:
    - name: small
      nodes: [{ type: remote, address: a, capability: { core_count: 2 } }]
    - name: pair
      nodes:
        - { type: remote, address: b, capability: { core_count: 16, features: [Nvme] } }
        - { type: remote, address: c, capability: { core_count: 4 } }
    - name: led
      nodes:
        - { type: remote, address: d, capability: { core_count: 4 } }
        - { type: remote, address: e, is_default: true }
`;

/** For each environment the places of its nodes, or undefined where it does not fit. */
test.each<[string, CaseRequirement, readonly (readonly number[] | undefined)[]]>([
  ["a case without wishes fits everywhere", {}, [[0], [0], [0]]],
  ["what a node claims to have decides", { cores: 8 }, [undefined, [0], [0]]],
  ["another node than the first may be the one", { cores: between(3, 8) }, [undefined, [1], [0]]],
  ["the default node comes first and stays there", { cores: exactly(4) }, [undefined, [1], [0]]],
  ["several nodes each find theirs", { nodes: 2, cores: 4 }, [undefined, [0, 1], [0, 1]]],
  ["a claimed feature decides", { features: [{ name: "Nvme" }] }, [undefined, [0], undefined]],
])("%s", async (_, requires, places) => {
  const runbook = await loadGood(RUNBOOK);
  expect(runbook.readyNodes.map((nodes) => nodes.map((node) => ("address" in node ? node.address : "")))).toEqual([
    ["a"],
    ["b", "c"],
    ["e", "d"],
  ]);
  const place = readyPlacement(runbook);
  const requirement = requirementOf({ requires }, runbook);
  expect(runbook.readyNodes.map((__, index) => place(index, requirement, undefined))).toEqual(places);
});

test("what a machine turns out to have counts more than what it claims", async () => {
  const runbook = await loadGood(RUNBOOK);
  const place = readyPlacement(runbook);
  const requirement = requirementOf({ requires: { cores: between(2, 8) } }, runbook);
  const found = (cores: number) => ({ cores, memoryMb: 4096, features: [] });
  expect(place(0, requirement, [found(1)])).toBeUndefined();
  expect(place(1, requirement, [found(8), found(16)])).toEqual([0]);
});

test.each<[string, CaseRequirement, CaseRequirement, boolean]>([
  ["the same needs", { cores: 2 }, { cores: 2 }, true],
  ["smaller needs", { cores: 4, memoryMb: 2048 }, { cores: 2 }, true],
  ["larger needs", { cores: 2 }, { cores: 4 }, false],
  ["a range inside the other", { cores: between(3, 4) }, { cores: between(2, 8) }, true],
  ["a range that reaches further", { cores: atLeast(3) }, { cores: between(2, 8) }, false],
  ["a feature that must not be there", {}, { excludedFeatures: [{ name: "Gpu" }] }, false],
  ["disks that nobody asked for before", {}, { disk: { dataDiskCount: 1 } }, false],
  ["a machine that was switched on for it", { coldBoot: true }, {}, false],
  ["more nodes", { nodes: 2 }, {}, false],
])("an environment made for one case serves another with %s", (_, made, wanted, expected) => {
  expect(serves(requirementOf({ requires: made }), requirementOf({ requires: wanted }))).toBe(expected);
});

test.each<[string, CaseRequirement, number]>([
  ["as many as usual", { cores: exactly(2) }, 2],
  ["more", { cores: atLeast(3) }, 3],
  ["fewer", { cores: exactly(1) }, 1],
  ["fewer or more, but not as many", { cores: [...exactly(1), ...exactly(3)] }, 1],
])("a machine is made with the processors a case needs: %s", (_, requires, cores) => {
  const requirement = requirementOf({ requires });
  const usual = { cores: 2, memoryMb: 1024 };
  expect(machineShapes(requirement, usual)).toEqual([{ cores, memoryMb: 1024 }]);
  expect(qemuRefusal(requirement, { cores: 8, totalMb: 32_768 }, usual)).toBeUndefined();
});

test("the local machine suits no case that needs fewer processors than it has", async () => {
  await using platform = localPlatform();
  expect(platform.refuse(requirementOf({ requires: { cores: exactly(0) } }))).toMatch(
    /another number of processors than the \d+ of this machine/,
  );
});
