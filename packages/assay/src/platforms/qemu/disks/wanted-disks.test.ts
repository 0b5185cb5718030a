import { expect, test } from "vitest";
import type { NodeSpace } from "../../../runbook/requirement.ts";
import { atLeast, exactly } from "../../../suite/count.ts";
import type { EnvironmentRequirement } from "../../platform.ts";
import { diskRefusal, wantedDisks } from "./wanted-disks.ts";

const GIB = 2 ** 30;
const requirement = (...nodes: readonly NodeSpace[]): EnvironmentRequirement => ({
  nodeCount: nodes.length,
  cores: 1,
  memoryMb: 512,
  features: [],
  coldBoot: false,
  nodes,
});

test("each node gets the disks it asks for, the smallest that will do", () => {
  const wanted = wantedDisks(
    requirement(
      {},
      { disk: { dataDiskCount: atLeast(2), dataDiskSize: atLeast(5) } },
      {
        disk: {
          dataDiskCount: exactly(1),
          dataDiskType: ["PremiumSSDLRS"],
          dataDiskIops: [{ minimum: 1, maximum: 500 }],
        },
      },
      { disk: { dataDiskCount: exactly(1), controller: ["NVMe"], dataDiskThroughput: exactly(60) } },
      { features: [{ name: "Nvme", settings: { disk_count: [2, 3] } }] },
    ),
  );
  const rotating = { bus: "scsi", medium: "rotating", sizeBytes: 5 * GIB };
  expect(wanted).toEqual([
    [],
    [rotating, rotating],
    [{ bus: "scsi", medium: "solid-state", sizeBytes: 20 * GIB, iops: 500 }],
    [{ bus: "nvme", sizeBytes: 20 * GIB, bytesPerSecond: 60_000_000 }],
    [{ bus: "nvme" }, { bus: "nvme" }],
  ]);
});

test("the largest number is taken where that is asked for", () => {
  const space = [{ minimum: 1, maximum: Number.POSITIVE_INFINITY, choosesLargest: true }];
  expect(wantedDisks(requirement({ disk: { dataDiskCount: space } }))[0]).toHaveLength(64);
});

test.each<[string, NodeSpace, string | undefined]>([
  ["nothing", {}, undefined],
  ["any number of disks", { disk: { dataDiskCount: atLeast(0) } }, undefined],
  [
    "too many disks",
    { disk: { dataDiskCount: atLeast(65) } },
    "it needs 65 or more data disks; the QEMU platform gives a machine at most 64 of that kind.",
  ],
  [
    "too many NVMe disks",
    { disk: { dataDiskCount: exactly(9), controller: ["NVMe"] } },
    "it needs 9 data disks; the QEMU platform gives a machine at most 8 of that kind.",
  ],
  [
    "disks too large",
    { disk: { dataDiskSize: exactly(20_000) } },
    "it needs data disks of 20000 GiB; the QEMU platform makes disks of 1 to 16384 GiB.",
  ],
  [
    "room for too many",
    { disk: { maxDataDiskCount: atLeast(100) } },
    "it needs a machine that can have 100 or more data disks; the QEMU platform gives at most 64.",
  ],
  [
    "too many by the feature",
    { features: [{ name: "Nvme", settings: { disk_count: [9] } }] },
    "it needs 9 NVMe disks; the QEMU platform gives a machine at most 8.",
  ],
])("%s is refused or not", (_, node, reason) => {
  expect(diskRefusal(requirement(node))).toBe(reason);
});
