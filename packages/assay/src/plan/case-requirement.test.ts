import { expect, test } from "vitest";
import { SerialConsole } from "../features/serial-console.ts";
import type { NodeSpace } from "../runbook/requirement.ts";
import { atLeast, between, exactly } from "../suite/count.ts";
import type { CaseRequirement } from "../suite/requirement.ts";
import { nodesOf, requirementOn } from "./case-requirement.ts";

const DEFAULT: NodeSpace = { coreCount: atLeast(1), memoryMb: atLeast(512) };

test.each<[string, CaseRequirement, readonly NodeSpace[]]>([
  ["a case that asks for nothing gets the language's default node", {}, [DEFAULT]],
  [
    "numbers ask for so many or more",
    { cores: 2, memoryMb: 1024, gpus: 1 },
    [{ coreCount: atLeast(2), memoryMb: atLeast(1024), gpuCount: atLeast(1) }],
  ],
  [
    "ranges stay what they are",
    { cores: between(2, 8), memoryMb: exactly(2048) },
    [{ coreCount: between(2, 8), memoryMb: exactly(2048) }],
  ],
  [
    "every node must have all of it",
    { nodes: 2, cores: 2 },
    [
      { ...DEFAULT, coreCount: atLeast(2) },
      { ...DEFAULT, coreCount: atLeast(2) },
    ],
  ],
  [
    "nodes that differ: their own values, and else what holds for all",
    { cores: 2, nodes: [{}, { memoryMb: exactly(4096) }, { cores: 1, features: [SerialConsole] }] },
    [
      { ...DEFAULT, coreCount: atLeast(2) },
      { coreCount: atLeast(2), memoryMb: exactly(4096) },
      { ...DEFAULT, features: [{ name: "SerialConsole", settings: {} }] },
    ],
  ],
  [
    "disks and interfaces",
    {
      disk: { dataDiskCount: 2, dataDiskType: "UltraSSDLRS", osDiskSize: atLeast(64) },
      network: { nicCount: exactly(2), dataPath: ["Sriov", "Synthetic"] },
    },
    [
      {
        ...DEFAULT,
        disk: { dataDiskCount: atLeast(2), dataDiskType: ["UltraSSDLRS"], osDiskSize: atLeast(64) },
        networkInterface: { nicCount: exactly(2), dataPath: ["Sriov", "Synthetic"] },
      },
    ],
  ],
  [
    "features by key, with settings, and such that must not be there",
    {
      features: [SerialConsole, { name: "Security_Profile", settings: { security_profile: "cvm", gen: [1, 2] } }],
      excludedFeatures: [{ name: "Gpu" }],
    },
    [
      {
        ...DEFAULT,
        features: [
          { name: "SerialConsole", settings: {} },
          { name: "Security_Profile", settings: { security_profile: ["cvm"], gen: [1, 2] } },
        ],
        excludedFeatures: [{ name: "Gpu", settings: {} }],
      },
    ],
  ],
])("%s", (_, requires, nodes) => {
  expect(nodesOf(requires)).toEqual(nodes);
});

test("what the platform requires constrains every case", () => {
  expect(requirementOn({ cores: 2 }, { requirement: { coreCount: exactly(4), nodeCount: exactly(2) } })).toEqual({
    ok: true,
    nodes: [
      { ...DEFAULT, coreCount: exactly(4) },
      { ...DEFAULT, coreCount: exactly(4) },
    ],
  });
  expect(requirementOn({ cores: 8 }, { requirement: { coreCount: exactly(4) } })).toEqual({
    ok: false,
    reasons: ["The case needs 8 or more processors; 'platform.requirement' asks for 4 processors."],
  });
});

test("ignored features are taken off, whatever their capitals, before the platform's are added", () => {
  const features = [{ name: "Nvme" }, { name: "Nfs" }];
  const settings = {
    ignoredCapability: ["NVME", "serialconsole"],
    requirement: { features: [{ name: "Nvme", settings: {} }] },
  };
  const required = requirementOn({ features }, settings);
  expect(required.ok && required.nodes[0]?.features?.map(({ name }) => name)).toEqual(["Nfs", "Nvme"]);
  const alone = requirementOn(
    { features: [SerialConsole], excludedFeatures: [{ name: "GPU" }] },
    { ignoredCapability: ["serialconsole", "gpu"] },
  );
  expect(alone).toEqual({ ok: true, nodes: [DEFAULT] });
});

test("a range without numbers cannot be written", () => {
  expect(() => between(8, 2)).toThrow("There is no number from 8 to 2.");
});
