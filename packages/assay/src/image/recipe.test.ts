import { expect, test } from "vitest";
import { loadRecipe, parseRecipe, recipeNames } from "./recipe.ts";

test("every recipe that comes with assay is complete", async () => {
  const names = await recipeNames();
  expect(names).toEqual(["debian-12", "debian-12-arm64", "debian-13"]);
  const recipes = await Promise.all(names.map((name) => loadRecipe(name)));
  expect(recipes.map(({ suite }) => suite)).toEqual(["bookworm", "bookworm", "trixie"]);
  expect(recipes.map(({ architecture }) => architecture)).toEqual(["amd64", "arm64", "amd64"]);
  for (const { packages } of recipes) expect(new Set(packages).size).toBe(packages.length);
});

test("an unknown name is answered with the nearest one", async () => {
  await expect(loadRecipe("debain-12")).rejects.toMatchObject({
    name: "ImageError",
    message: "There is no image recipe 'debain-12'.",
    help: "Did you mean 'debian-12'?",
  });
  await expect(loadRecipe("../package")).rejects.toThrow("There is no image recipe '../package'.");
});

test("every problem of a recipe is named at once", async () => {
  const { text } = await loadRecipe("debian-12");
  const broken = text.replace("suite: bookworm", "suit: bookworm").replace("diskSizeMiB: 8192", "diskSizeMiB: 8");
  await expect(parseRecipe("x", broken, "x.yml")).rejects.toThrow(
    /^The recipe 'x.yml' is not complete: .*suite: .*diskSizeMiB: .*"suit"/,
  );
});

test("a value that would break out of a shell file is refused", async () => {
  const { text } = await loadRecipe("debian-12");
  const broken = text.replace(/commandLine: .*/, "commandLine: quiet $(reboot)");
  await expect(parseRecipe("x", broken, "x.yml")).rejects.toThrow("commandLine: must fit between double quotes");
});

test("text that is no YAML is refused with its line", async () => {
  await expect(parseRecipe("x", "about: [\nsuite: a", "x.yml")).rejects.toThrow(
    /^The recipe 'x.yml' is not valid YAML: [\s\S]* line 2/,
  );
});
