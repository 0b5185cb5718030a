import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loadRecipe } from "../recipe.ts";
import { builtImages, cachedImage, imageFolder, imagesFolder, removeReplaced, removeUnfinished } from "./cache.ts";
import { recipeKey } from "./key.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-cache-"));
  vi.stubEnv("ASSAY_CACHE", folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const keyOf = (digit: number): string => `${digit}`.repeat(16);

/** Puts the record of an image into the cache; later digits are newer. */
const plant = async (name: string, digit: number, recipe: string): Promise<void> => {
  const place = imageFolder(name, keyOf(digit));
  await mkdir(place, { recursive: true });
  const record = { name, key: keyOf(digit), recipeKey: recipe, builtAt: `2026-11-0${digit}T00:00:00.000Z` };
  await writeFile(join(place, "image.json"), JSON.stringify(record));
};

test("an empty cache has no images", async () => {
  expect(await builtImages("debian-12")).toEqual([]);
});

test("the newest image of the recipe as it is now is taken", async () => {
  const recipe = await loadRecipe("debian-12");
  await plant("debian-12", 1, recipeKey(recipe));
  await plant("debian-12", 2, recipeKey(recipe));
  await plant("debian-12", 3, "of an older recipe");
  await plant("debian-13", 4, recipeKey(recipe));
  expect(await cachedImage(recipe)).toMatchObject({
    key: keyOf(2),
    path: join(folder, "images", `debian-12-${keyOf(2)}`, "disk.qcow2"),
  });
  expect((await builtImages("debian-12")).map(({ key }) => key)).toEqual([keyOf(3), keyOf(2), keyOf(1)]);
});

test("folders without a readable record are no images", async () => {
  const recipe = await loadRecipe("debian-12");
  await mkdir(imageFolder("debian-12", keyOf(1)), { recursive: true });
  await mkdir(imageFolder("debian-12", keyOf(2)), { recursive: true });
  await writeFile(join(imageFolder("debian-12", keyOf(2)), "image.json"), "{");
  expect(await cachedImage(recipe)).toBeUndefined();
});

test("what broken builds left and what newer images replaced goes, the rest stays", async () => {
  await plant("debian-12", 1, "a");
  await plant("debian-12", 2, "a");
  await plant("debian-12", 3, "a");
  await mkdir(join(imagesFolder(), ".building-debian-12-abc/tree"), { recursive: true });
  await mkdir(join(imagesFolder(), ".building-debian-13-abc"), { recursive: true });
  await removeUnfinished("debian-12");
  await removeReplaced("debian-12");
  expect((await readdir(imagesFolder())).toSorted()).toEqual([
    ".building-debian-13-abc",
    `debian-12-${keyOf(2)}`,
    `debian-12-${keyOf(3)}`,
  ]);
});
