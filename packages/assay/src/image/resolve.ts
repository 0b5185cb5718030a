import { access } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { ImageError } from "../errors/catalogue.ts";
import { didYouMean } from "../runbook/nearest.ts";
import { cachedOrBuiltImage } from "./build.ts";
import { rememberedDigest } from "./digest.ts";
import { inspectImage } from "./inspect.ts";
import { recipeNames } from "./recipe.ts";
import type { Image, ImageOptions } from "./types.ts";

/**
 * Finds the image a user means. The name of a recipe means its built image, which is built when it is not in the
 * cache; anything else is the path of a disk image. `./debian-12` is always a path.
 * Throws ImageError for what the user has to correct and the errors of `buildImage`.
 */
export async function resolveImage(nameOrPath: string, options: ImageOptions = {}): Promise<Image> {
  const recipes = await recipeNames();
  if (recipes.includes(nameOrPath)) {
    const { digest, name, path, virtualSizeBytes } = await cachedOrBuiltImage(nameOrPath, options);
    // The disk may have been cut or changed since it was built.
    await inspectImage(path);
    return { name, path, format: "qcow2", digest, virtualSizeBytes };
  }
  if (!nameOrPath.includes("/") && !(await exists(nameOrPath))) throw unknownName(nameOrPath, recipes);
  const path = resolve(nameOrPath);
  const { format, virtualSizeBytes } = await inspectImage(path);
  const digest = await rememberedDigest(path, options);
  return { name: basename(path), path, format, digest, virtualSizeBytes };
}

const unknownName = (name: string, recipes: readonly string[]): ImageError =>
  new ImageError(`There is no image '${name}', neither as a recipe nor as a file here.`, {
    help: didYouMean(name, recipes) ?? `Name one of the recipes (${recipes.join(", ")}) or the path of a disk image.`,
  });

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
