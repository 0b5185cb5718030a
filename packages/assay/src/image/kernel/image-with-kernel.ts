import { stat } from "node:fs/promises";
import { ImageError } from "../../errors/catalogue.ts";
import { isAddress, readAddress } from "../intake/address.ts";
import { recipeNames, splitImageName } from "../recipe.ts";
import { flavourNames } from "./flavours.ts";

/** An image to resolve, and a kernel that is put on it afterwards. */
export interface WantedImage {
  readonly image: string;
  /** Path of a kernel or package; undefined where the image holds it already. */
  readonly kernel: string | undefined;
}

/**
 * Tells where a kernel comes from: a file is put on the image; the name of one of Debian's archive means the image of
 * the recipe that is built with it. Throws ImageError for a name with an image that is not built by assay.
 */
export async function imageWithKernel(image: string, kernel: string | undefined): Promise<WantedImage> {
  if (kernel === undefined || kernel === "") return { image, kernel: undefined };
  if (kernel.includes("/") || (await isFile(kernel))) return { image, kernel };
  const { kernel: known, recipe } = splitImageName(image);
  const isRecipe = (await recipeNames()).includes(recipe);
  if (isRecipe && known === undefined) return { image: `${image}+${kernel}`, kernel: undefined };
  if (isRecipe && known === kernel) return { image, kernel: undefined };
  if (isRecipe)
    throw new ImageError(`The image '${image}' names a kernel, and so does '${kernel}'.`, { help: "Name one kernel." });
  const called = isAddress(image) ? readAddress(image).called : image;
  throw new ImageError(`There is no kernel file '${kernel}', and the image '${called}' is not built from a recipe.`, {
    help:
      `Names of kernels (${flavourNames.join(", ")} and releases) are for images of recipes. For another image give a ` +
      `package, such as one from 'apt-get download linux-image-RELEASE', or a kernel file.`,
  });
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
