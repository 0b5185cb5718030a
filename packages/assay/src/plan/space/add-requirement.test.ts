import { expect, test } from "vitest";
import type { NodeSpace } from "../../runbook/requirement.ts";
import { atLeast, between, exactly } from "../../suite/count.ts";
import { addRequirement } from "./add-requirement.ts";

const one: NodeSpace = { coreCount: atLeast(1) };

test.each<[string, readonly NodeSpace[], NodeSpace, readonly NodeSpace[]]>([
  ["each node gets what both allow", [one], { coreCount: exactly(4) }, [{ coreCount: exactly(4) }]],
  ["what only one of them names stays", [one], { memoryMb: atLeast(9) }, [{ ...one, memoryMb: atLeast(9) }]],
  [
    "missing nodes are made like the last",
    [one, { coreCount: atLeast(8) }],
    { nodeCount: atLeast(4), coreCount: between(2, 16) },
    [between(2, 16), between(8, 16), between(8, 16), between(8, 16)].map((coreCount) => ({ coreCount })),
  ],
  ["more nodes than the platform requires stay", [one, one], { nodeCount: exactly(1) }, [one, one]],
  [
    "features and excluded features are united",
    [{ features: [{ name: "Nvme", settings: {} }] }],
    { features: [{ name: "Nfs", settings: {} }], excludedFeatures: [{ name: "Gpu", settings: {} }] },
    [
      {
        features: [
          { name: "Nvme", settings: {} },
          { name: "Nfs", settings: {} },
        ],
        excludedFeatures: [{ name: "Gpu", settings: {} }],
      },
    ],
  ],
  [
    "platform sections are joined key by key and the platform wins",
    [{ platformSections: { azure: { size: "small", tags: { a: 1, b: 2 }, zones: [1] }, qemu: { cores: 1 } } }],
    { platformSections: { azure: { size: "large", tags: { b: 3 }, zones: [2, 3] }, aws: { kind: "x" } } },
    [
      {
        platformSections: {
          azure: { size: "large", tags: { a: 1, b: 3 }, zones: [2, 3] },
          qemu: { cores: 1 },
          aws: { kind: "x" },
        },
      },
    ],
  ],
])("%s", (_, own, platform, nodes) => {
  expect(addRequirement(own, platform)).toEqual({ ok: true, nodes });
});

test.each<[string, NodeSpace, NodeSpace, readonly string[]]>([
  [
    "numbers that exclude each other",
    { coreCount: atLeast(8), memoryMb: exactly(1) },
    { coreCount: exactly(4), memoryMb: exactly(2) },
    [
      "The case needs 8 or more processors; 'platform.requirement' asks for 4 processors.",
      "The case needs 1 MiB of memory; 'platform.requirement' asks for 2 MiB of memory.",
    ],
  ],
  [
    "a feature that is excluded",
    { features: [{ name: "Nvme", settings: {} }] },
    { excludedFeatures: [{ name: "Nvme", settings: {} }] },
    ["The case needs the feature 'Nvme'; 'platform.requirement' asks for a machine without the feature 'Nvme'."],
  ],
  [
    "a required feature that the case must not have",
    { excludedFeatures: [{ name: "Nvme", settings: {} }] },
    { features: [{ name: "Nvme", settings: {} }] },
    ["The case needs a machine without the feature 'Nvme'; 'platform.requirement' asks for the feature 'Nvme'."],
  ],
  [
    "disks of different types",
    { disk: { dataDiskType: ["UltraSSDLRS"] } },
    { disk: { dataDiskType: ["StandardHDDLRS"] } },
    [
      "The case needs data disks of the type 'UltraSSDLRS'; 'platform.requirement' asks for data disks of the type 'StandardHDDLRS'.",
    ],
  ],
  [
    "more nodes than an environment can have",
    {},
    { nodeCount: exactly(5000) },
    ["It needs 5000 nodes; an environment has at most 100."],
  ],
])("nothing is left of %s, and the reason is told", (_, own, platform, reasons) => {
  expect(addRequirement([own], platform)).toEqual({ ok: false, reasons });
});

test("a key of a section cannot reach the prototype of objects", () => {
  const sections = JSON.parse('{ "azure": { "__proto__": { "polluted": 1 } } }');
  const added = addRequirement([{ platformSections: sections }], { platformSections: sections });
  expect(added.ok && Object.keys(added.nodes[0]?.platformSections?.azure ?? {})).toEqual(["__proto__"]);
  expect("polluted" in {}).toBe(false);
});

test("the nodes of one requirement do not share what was added to another", () => {
  const shared: NodeSpace = { features: [{ name: "Nvme", settings: {} }] };
  addRequirement([shared], { features: [{ name: "Nfs", settings: {} }] });
  expect(addRequirement([shared], {})).toEqual({ ok: true, nodes: [shared] });
});
