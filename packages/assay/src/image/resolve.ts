import { access } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { ImageError } from "../errors/catalogue.ts";
import { didYouMean } from "../runbook/nearest.ts";
import { processorOf } from "./architecture.ts";
import { cachedOrBuiltImage } from "./build.ts";
import { rememberedDigest } from "./digest.ts";
import { type Compression, compressionOf } from "./formats/compressions.ts";
import { ImageFile } from "./formats/image-file.ts";
import { inspectImage } from "./inspect.ts";
import { isAddress } from "./intake/address.ts";
import { type Checksum, checksumBeside, readChecksum, verifyChecksum } from "./intake/checksum.ts";
import { convertImage, isForkable } from "./intake/convert.ts";
import { downloadImage } from "./intake/download.ts";
import { unpackImage } from "./intake/unpack.ts";
import { loadRecipe, recipeNames, splitImageName } from "./recipe.ts";
import type { Image, ImageOptions } from "./types.ts";

export interface ResolveOptions extends ImageOptions {
  /** What the image has to be: `sha256:HEX`, `sha512:HEX` or a file with checksums; see checksum.ts. */
  readonly checksum?: string | undefined;
}

/**
 * Finds the image a user means. The name of a recipe (with `+KERNEL` behind it for another kernel) means its built image, which is built when it is not in the
 * cache; an address is fetched; anything else is the path of a disk image. `./debian-12` is always a path. Packed images
 * are unpacked into the cache, VHD, VHDX and VMDK disks converted. Checksums are of the file as it is given, before it is unpacked.
 * Throws ImageError for what the user has to correct, ImageDownloadFailed and the errors of `buildImage`.
 */
export async function resolveImage(nameOrPath: string, options: ResolveOptions = {}): Promise<Image> {
  const recipes = await recipeNames();
  if (recipes.includes(splitImageName(nameOrPath).recipe)) return await builtOf(nameOrPath, options);
  if (isAddress(nameOrPath)) {
    const { checksum, name, path } = await downloadImage(nameOrPath, options.checksum, options);
    return await openImage(path, name, checksum, options);
  }
  if (!nameOrPath.includes("/") && !(await exists(nameOrPath))) throw unknownName(nameOrPath, recipes);
  const path = resolve(nameOrPath);
  await using file = await ImageFile.open(path);
  const given = options.checksum;
  const { signal } = options;
  const name = basename(path);
  const checksum = await (given === undefined ? checksumBeside(path) : readChecksum(given, name, signal));
  if (checksum !== undefined) await verifyChecksum(file.path, nameOrPath, checksum, options);
  return await openImage(path, name, checksum, options);
}

async function builtOf(recipe: string, options: ResolveOptions): Promise<Image> {
  const { digest, name, path, virtualSizeBytes } = await cachedOrBuiltImage(recipe, options);
  // The disk may have been cut or changed since it was built.
  await inspectImage(path);
  const architecture = processorOf[(await loadRecipe(recipe)).architecture];
  const image = { name, path, format: "qcow2", digest, virtualSizeBytes, architecture } as const;
  if (options.checksum === undefined) return image;
  const checksum = await readChecksum(options.checksum, basename(path), options.signal);
  await verifyChecksum(path, recipe, checksum, options);
  return { ...image, checksum: shown(checksum) };
}

/** A file whose checksum is right, unpacked where it is packed, and in a format on which guests can be forked. */
async function openImage(
  path: string,
  name: string,
  checksum: Checksum | undefined,
  options: ImageOptions,
): Promise<Image> {
  const compression = await compressionAt(path);
  const disk =
    compression === undefined
      ? { path, digest: undefined }
      : await unpackImage({ path, compression, digest: await rememberedDigest(path, options) }, options);
  // Looked into first: a file that is no image needs no digest.
  const { format, virtualSizeBytes } = await inspectImage(disk.path);
  const digest = disk.digest ?? (await rememberedDigest(path, options));
  const image = { name, digest, virtualSizeBytes, ...(checksum === undefined ? {} : { checksum: shown(checksum) }) };
  if (isForkable(format)) return { ...image, path: disk.path, format };
  const converted = await convertImage({ path: disk.path, format, digest }, options);
  return {
    ...image,
    path: converted,
    format: "qcow2",
    virtualSizeBytes: (await inspectImage(converted)).virtualSizeBytes,
  };
}

async function compressionAt(path: string): Promise<Compression | undefined> {
  await using file = await ImageFile.open(path);
  return await compressionOf(file);
}

const shown = ({ algorithm, digest, saidBy }: Checksum): string => `${algorithm}:${digest} (${saidBy})`;

const unknownName = (name: string, recipes: readonly string[]): ImageError =>
  new ImageError(`There is no image '${name}', neither as a recipe nor as a file here.`, {
    help: didYouMean(name, recipes) ?? `Name one of the recipes (${recipes.join(", ")}) or the path of a disk image.`,
  });

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
