import { createHash } from "node:crypto";
import type { PackageVersions } from "../apt/resolve-packages.ts";
import { customizeScript } from "../debian/customize-script.ts";
import { planDisk } from "../disk/layout.ts";
import type { Recipe } from "../recipe.ts";

/** Raise this when the disk made of the same packages changes other than by the recipe or the customizing script. */
const builderVersion = 1;

const digestOf = (...parts: readonly string[]): string => {
  const hash = createHash("sha256");
  // The length keeps "ab","c" and "a","bc" apart.
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest("hex");
};

/** Identifies what a recipe asks for: its text and the way assay builds. Needs no network. 64 hex digits. */
export function recipeKey(recipe: Recipe): string {
  const layout = planDisk("any", recipe.diskSizeMiB, recipe.efiPartitionSizeMiB, recipe.architecture);
  return digestOf(`${builderVersion}`, recipe.text, customizeScript(recipe, layout, ""));
}

/** Identifies an image: what the recipe asks for and the package versions mirrors gave for it. 16 hex digits. */
export function imageKey(recipe: Recipe, packages: PackageVersions): string {
  const versions = Object.entries(packages).map(([name, version]) => `${name}=${version}`);
  return digestOf(recipeKey(recipe), ...versions.toSorted()).slice(0, 16);
}
