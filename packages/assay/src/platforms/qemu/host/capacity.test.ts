import { expect, test } from "vitest";
import { costOfMachines } from "./capacity.ts";

const small = { cores: 1, memoryMb: 1024 };

test.each([
  ["an emulated machine", [small], "tcg", { memoryMb: 737, cpus: 1 }],
  ["the same with KVM", [small], "kvm", { memoryMb: 737, cpus: 0.25 }],
  ["two machines that belong together", [small, { cores: 4, memoryMb: 2048 }], "tcg", { memoryMb: 1986, cpus: 5 }],
] as const)("what %s takes of the host", (_, shapes, accelerator, cost) => {
  expect(costOfMachines(shapes, accelerator)).toEqual(cost);
});
