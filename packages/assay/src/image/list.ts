import { ImageError } from "../errors/catalogue.ts";
import { type BuiltImage, cachedImage, namesWithKernel } from "./build/cache.ts";
import { loadRecipe, recipeNames } from "./recipe.ts";

/** A recipe and its image in the cache; `built` is undefined when there is none of the recipe as it is now. */
export interface ListedImage {
  readonly name: string;
  readonly about: string;
  readonly built: BuiltImage | undefined;
}

/** Every recipe with its built image, by name, and what is built of it with other kernels. */
export async function listImages(): Promise<readonly ListedImage[]> {
  const names = new Set([...(await recipeNames()), ...(await namesWithKernel())]);
  return Promise.all(
    [...names].toSorted().map(async (name) => {
      const recipe = await loadRecipe(name);
      return { name, about: recipe.about, built: await cachedImage(recipe) };
    }),
  );
}

/** The built image of the recipe `name`. Throws ImageError when there is no such recipe or it is not built. */
export async function findBuiltImage(name: string): Promise<BuiltImage> {
  const image = await cachedImage(await loadRecipe(name));
  if (image === undefined)
    throw new ImageError(`The image '${name}' is not built yet.`, { help: `Build it with: assay image build ${name}` });
  return image;
}
