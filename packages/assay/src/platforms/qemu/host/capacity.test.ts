import { expect, test } from "vitest";
import { maxMachines } from "./capacity.ts";

const roomy = { cores: 16, totalMb: 131_072, availableMb: 120_000 };

test.each([
  [{ ...roomy, cores: 2 }, "tcg", 1024, 3],
  [roomy, "kvm", 1024, 64],
  [{ ...roomy, availableMb: 4000 }, "kvm", 1024, 4],
  [{ ...roomy, availableMb: 100 }, "tcg", 1024, 1],
] as const)("%j carries under %s machines of %i MB: %i", (capacity, accelerator, memoryMb, machines) => {
  expect(maxMachines(capacity, accelerator, memoryMb)).toBe(machines);
});
