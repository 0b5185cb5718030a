import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../../host/folders.ts";
import type { PackageVersions } from "../apt/resolve-packages.ts";
import { type Recipe, recipeNames, splitImageName } from "../recipe.ts";
import { recipeKey } from "./key.ts";

/** What `image.json` beside a built disk says. */
export interface BuiltImage {
  readonly name: string;
  readonly key: string;
  readonly recipeKey: string;
  /** Folder of the image in the cache. */
  readonly folder: string;
  /** The disk, a qcow2 file. */
  readonly path: string;
  /** Time the build ended, ISO 8601. */
  readonly builtAt: string;
  readonly buildMs: number;
  readonly virtualSizeBytes: number;
  readonly fileSizeBytes: number;
  /** SHA-256 of the disk file, in hex. */
  readonly digest: string;
  readonly mirrors: readonly string[];
  readonly packages: PackageVersions;
}

/** One image in use and the one before it: a run that started before a rebuild still finds its disk. */
const keptPerName = 2;

/** Folder of all built images. */
export function imagesFolder(): string {
  return join(cacheFolder(), "images");
}

/** Folder of the image `name` with `key`; it exists only as a whole. */
export function imageFolder(name: string, key: string): string {
  return join(imagesFolder(), `${name}-${key}`);
}

/** Every built image of `name`, whatever recipe it was made of, newest first. */
export async function builtImages(name: string): Promise<readonly BuiltImage[]> {
  const names = await readdir(imagesFolder()).catch(() => []);
  const pattern = new RegExp(`^${RegExp.escape(name)}-[0-9a-f]{16}$`);
  const found = await Promise.all(names.filter((each) => pattern.test(each)).map((each) => readBuilt(each)));
  return found.filter((image) => image !== undefined).toSorted((a, b) => b.builtAt.localeCompare(a.builtAt));
}

/** Names of images in the cache that are built of recipes that are there, with another kernel than theirs. */
export async function namesWithKernel(): Promise<readonly string[]> {
  const recipes = await recipeNames();
  const folders = await readdir(imagesFolder()).catch(() => []);
  const names = folders.flatMap((folder) => /^(.+\+.+)-[0-9a-f]{16}$/.exec(folder)?.[1] ?? []);
  return [...new Set(names)].filter((name) => recipes.includes(splitImageName(name).recipe));
}

/** The newest built image that is what `recipe` asks for now; undefined when there is none. */
export async function cachedImage(recipe: Recipe): Promise<BuiltImage | undefined> {
  const key = recipeKey(recipe);
  return (await builtImages(recipe.name)).find((image) => image.recipeKey === key);
}

/** Removes what unfinished builds of `name` left. Call it only while no build of `name` can be under way. */
export async function removeUnfinished(name: string): Promise<void> {
  const names = await readdir(imagesFolder()).catch(() => []);
  const left = names.filter((each) => each.startsWith(unfinishedPrefix(name)));
  await Promise.all(left.map((each) => rm(join(imagesFolder(), each), { recursive: true, force: true })));
}

/** Prefix of the folders in which `name` is being built. */
export function unfinishedPrefix(name: string): string {
  return `.building-${name}-`;
}

/** Removes the images of `name` that newer ones have replaced. */
export async function removeReplaced(name: string): Promise<void> {
  const replaced = (await builtImages(name)).slice(keptPerName);
  await Promise.all(replaced.map(({ folder }) => rm(folder, { recursive: true, force: true })));
}

async function readBuilt(folderName: string): Promise<BuiltImage | undefined> {
  const folder = join(imagesFolder(), folderName);
  try {
    const record: Omit<BuiltImage, "folder" | "path"> = JSON.parse(await readFile(join(folder, "image.json"), "utf8"));
    return { ...record, folder, path: join(folder, "disk.qcow2") };
  } catch {
    // Half removed by another process, or not ours: as good as not there.
    return undefined;
  }
}
