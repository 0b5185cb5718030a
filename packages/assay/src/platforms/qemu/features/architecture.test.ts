import { expect, test } from "vitest";
import { architecture } from "../../../features/architecture.ts";
import { nodesOf } from "../../../plan/case-requirement.ts";
import { architectureRefusal, qemuArchitecture } from "./architecture.ts";

const virt = { hardware: { machineType: "virt-7.2" } };

test.each([
  [{}, "x64"],
  [{ hardware: { machineType: "pc" } }, "x64"],
  [virt, "Arm64"],
])("a machine of %j has processors of %s", (shape, expected) => {
  expect(qemuArchitecture(shape)).toEqual({ featureName: "Architecture", architecture: expected });
});

const wanting = (...wanted: Parameters<typeof architecture>) => ({
  ...{ nodeCount: 1, cores: 1, memoryMb: 256, features: [], coldBoot: false },
  nodes: nodesOf({ features: [architecture(...wanted)] }),
});

test("a case gets the processors that it asks for, or the reason", () => {
  expect(architectureRefusal(wanting("Arm64"), [virt])).toBeUndefined();
  expect(architectureRefusal(wanting("x64", "Arm64"), [virt])).toBeUndefined();
  expect(architectureRefusal(wanting("x64"), [{}])).toBeUndefined();
  expect(architectureRefusal(wanting("Arm64"), [{}])).toBe(
    "it needs a machine of Arm64, and the image's machines are x64.",
  );
  expect(architectureRefusal({ ...wanting("x64"), nodes: [] }, [virt])).toBeUndefined();
});
