import { expect, test } from "vitest";
import { chooseModules } from "./choose-modules.ts";

const modules = [256, 512, 128, 256].map((sizeMb, slot) => ({ slot, sizeMb }));

test.each([
  [0, []],
  [-128, []],
  [256, [3]],
  [384, [3, 2]],
  [512, [3, 0]],
  [1152, [3, 2, 1, 0]],
  [640, [3, 2, 0]],
])("%i MiB are taken from the last modules that make them up", (memoryMb, slots) => {
  expect(chooseModules(modules, memoryMb)?.map(({ slot }) => slot)).toEqual(slots);
});

test.each([64, 1280])("%i MiB are no whole modules", (memoryMb) => {
  expect(chooseModules(modules, memoryMb)).toBeUndefined();
});
