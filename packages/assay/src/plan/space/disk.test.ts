import { expect, test } from "vitest";
import type { DiskSpace, DiskType, NodeSpace } from "../../runbook/requirement.ts";
import { atLeast, between, exactly } from "../../suite/count.ts";
import { checkNode, chooseNode } from "./node.ts";
import { sentenceOf } from "./reason.ts";

const chosenDisk = (requirement: NodeSpace, disk: DiskSpace): DiskSpace | undefined | "unmet" => {
  const chosen = chooseNode(requirement, { disk });
  return chosen.ok ? chosen.space.disk : "unmet";
};
const standardAndPremium: readonly DiskType[] = ["PremiumSSDLRS", "StandardHDDLRS"];

test.each<[string, DiskSpace | undefined, DiskSpace, DiskSpace | "unmet"]>([
  [
    "no requirement takes the cheapest type and the smallest disk",
    undefined,
    { dataDiskType: standardAndPremium, dataDiskSize: between(32, 1024), dataDiskIops: atLeast(500) },
    { dataDiskType: ["StandardHDDLRS"], dataDiskSize: exactly(32), dataDiskIops: exactly(500) },
  ],
  [
    "the common type is taken",
    { dataDiskType: ["PremiumSSDLRS", "UltraSSDLRS"] },
    { dataDiskType: standardAndPremium },
    { dataDiskType: ["PremiumSSDLRS"] },
  ],
  ["no common type is unmet", { dataDiskType: ["UltraSSDLRS"] }, { dataDiskType: standardAndPremium }, "unmet"],
  ["no common controller is unmet", { controller: ["NVMe"] }, { controller: ["SCSI"] }, "unmet"],
  ["a system disk that is too small is unmet", { osDiskSize: atLeast(64) }, { osDiskSize: exactly(30) }, "unmet"],
  ["one disk of many", { dataDiskCount: atLeast(1) }, { dataDiskCount: between(0, 64) }, { dataDiskCount: exactly(1) }],
  [
    "the cache is the requirement's",
    { dataDiskCaching: "ReadOnly" },
    { dataDiskCaching: "None" },
    { dataDiskCaching: "ReadOnly" },
  ],
  [
    "at least so many operations",
    { dataDiskIops: atLeast(600) },
    { dataDiskIops: between(500, 5000) },
    { dataDiskIops: exactly(600) },
  ],
  [
    "operations in a range",
    { dataDiskIops: between(400, 600) },
    { dataDiskIops: exactly(500) },
    { dataDiskIops: exactly(500) },
  ],
  [
    "ranges of operations on both sides",
    { dataDiskIops: between(400, 600) },
    { dataDiskIops: between(500, 5000) },
    { dataDiskIops: exactly(500) },
  ],
  ["too few operations are unmet", { dataDiskIops: atLeast(6000) }, { dataDiskIops: between(500, 5000) }, "unmet"],
  [
    "at least such a size",
    { dataDiskSize: atLeast(33) },
    { dataDiskSize: between(32, 64) },
    { dataDiskSize: exactly(33) },
  ],
  [
    "a size in a range",
    { dataDiskSize: between(10, 40) },
    { dataDiskSize: between(32, 64) },
    { dataDiskSize: exactly(32) },
  ],
])("%s", (_, requirement, capability, chosen) => {
  expect(chosenDisk(requirement === undefined ? {} : { disk: requirement }, capability)).toEqual(chosen);
});

test("what disks there are but nobody described may be of any kind", () => {
  expect(checkNode({ disk: { dataDiskCount: atLeast(16), controller: ["NVMe"] } }, { disk: {} })).toEqual([]);
});

test.each<[string, NodeSpace, NodeSpace, readonly string[]]>([
  [
    "a node without described disks",
    { disk: { dataDiskCount: atLeast(1) } },
    {},
    ["It needs disks; 'a' has no known disks."],
  ],
  [
    "each shortfall of the disks",
    { disk: { dataDiskCount: atLeast(4), controller: ["NVMe"] } },
    { disk: { dataDiskCount: between(0, 2), controller: ["SCSI"] } },
    [
      "It needs 4 or more data disks; 'a' has 0 to 2 data disks.",
      "It needs a disk controller 'NVMe'; 'a' has a disk controller 'SCSI'.",
    ],
  ],
  [
    "network interfaces",
    { networkInterface: { nicCount: exactly(3), dataPath: ["Sriov"], maxNicCount: atLeast(1) } },
    { networkInterface: { nicCount: exactly(1), dataPath: ["Synthetic"] } },
    [
      "It needs a network path 'Sriov'; 'a' has a network path 'Synthetic'.",
      "It needs 3 network interfaces; 'a' has 1 network interface.",
    ],
  ],
])("says %s", (_, requirement, capability, sentences) => {
  expect(checkNode(requirement, capability).map((reason) => sentenceOf(reason, "'a'"))).toEqual(sentences);
});
