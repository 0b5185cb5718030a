import { expect, test } from "vitest";
import { loadRecipe } from "../recipe.ts";
import { imageKey, recipeKey } from "./key.ts";

const versions = { "openssh-server": "1:9.2p1-2", systemd: "252.39-1" };

test("the order in which packages are listed does not matter", async () => {
  const recipe = await loadRecipe("debian-12");
  const reversed = Object.fromEntries(Object.entries(versions).toReversed());
  expect(imageKey(recipe, versions)).toBe(imageKey(recipe, reversed));
  expect(imageKey(recipe, versions)).toMatch(/^[0-9a-f]{16}$/);
});

test("a new version, a new package and a changed recipe each make another image", async () => {
  const recipe = await loadRecipe("debian-12");
  const keys = [
    imageKey(recipe, versions),
    imageKey(recipe, { ...versions, systemd: "252.39-2" }),
    imageKey(recipe, { ...versions, sudo: "1.9" }),
    imageKey({ ...recipe, text: `${recipe.text}# changed\n` }, versions),
    imageKey(await loadRecipe("debian-13"), versions),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test("what a recipe asks for does not depend on mirrors", async () => {
  const recipe = await loadRecipe("debian-12");
  expect(recipeKey(recipe)).toBe(recipeKey(await loadRecipe("debian-12")));
  expect(recipeKey(recipe)).not.toBe(recipeKey({ ...recipe, commandLine: "quiet" }));
});
