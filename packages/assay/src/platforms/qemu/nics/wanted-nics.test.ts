import { expect, test } from "vitest";
import type { NetworkInterfaceSpace } from "../../../runbook/requirement.ts";
import { atLeast, exactly } from "../../../suite/count.ts";
import { nicRefusal, queuesRefusal, wantedNics } from "./wanted-nics.ts";

const common = { cores: 1, memoryMb: 512, features: [], coldBoot: false };
const asking = (nodeCount: number, networkInterface: NetworkInterfaceSpace) => ({
  ...common,
  nodeCount,
  nodes: Array.from({ length: nodeCount }, () => ({ networkInterface })),
});

test.for<readonly [string, NetworkInterfaceSpace, number, number]>([
  ["nothing is asked of one", {}, 1, 1],
  ["nothing is asked of two", {}, 2, 2],
  ["one, and there are two", { nicCount: atLeast(1) }, 2, 2],
  ["two or more", { nicCount: atLeast(2) }, 1, 2],
  ["three", { nicCount: exactly(3), dataPath: ["Sriov", "Synthetic"] }, 1, 3],
  ["as many as can be", { nicCount: [{ minimum: 1, maximum: Number.POSITIVE_INFINITY, choosesLargest: true }] }, 1, 9],
  ["room for eight", { maxNicCount: atLeast(8) }, 1, 1],
])("%s", ([, space, nodeCount, count]) => {
  const requirement = asking(nodeCount, space);
  expect(nicRefusal(requirement)).toBeUndefined();
  expect(wantedNics(requirement)).toEqual(Array.from({ length: nodeCount }, () => count));
});

test("each node has its own number", () => {
  const nodes = [{ networkInterface: { nicCount: exactly(4) } }, {}];
  expect(wantedNics({ ...common, nodeCount: 2, nodes })).toEqual([4, 2]);
});

test("several queues need a tap", () => {
  const wanted = asking(1, { maxQueueCount: atLeast(4) });
  expect([nicRefusal(wanted), queuesRefusal(wanted, undefined)]).toEqual([undefined, undefined]);
  expect(queuesRefusal(wanted, "the program 'perl' is not there")).toBe(
    "it needs network interfaces with 4 or more queues, for which a tap is needed, and the program 'perl' is not there.",
  );
  expect(queuesRefusal(asking(2, { maxQueueCount: exactly(1) }), "there is none")).toBeUndefined();
  expect(queuesRefusal(asking(2, {}), "there is none")).toBeUndefined();
  expect(nicRefusal(asking(1, { maxQueueCount: atLeast(17) }))).toContain("gives at most 16");
});

test.for<readonly [NetworkInterfaceSpace, number, string]>([
  [{ dataPath: ["Sriov"] }, 1, "'Sriov'"],
  [{ nicCount: atLeast(10) }, 1, "10 or more network interfaces; the QEMU platform gives a machine 1 to 9"],
  [{ nicCount: exactly(1) }, 2, "it needs 1 network interfaces; the QEMU platform gives a machine 2 to 10"],
  [{ maxNicCount: exactly(64) }, 1, "can have 64 network interfaces"],
])("%o on %i nodes cannot be had", ([space, nodeCount, reason]) => {
  expect(nicRefusal(asking(nodeCount, space))).toContain(reason);
});
