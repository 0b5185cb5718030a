import { mkdir, mkdtemp, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HostExhausted } from "../errors/catalogue.ts";
import { writeError } from "../errors/disk-full.ts";
import { readDefaultMirrors } from "./apt/default-mirrors.ts";
import { readHostApt } from "./apt/host-apt.ts";
import { chooseMirrors } from "./apt/mirrors.ts";
import { resolvePackages } from "./apt/resolve-packages.ts";
import {
  type BuiltImage,
  builtImages,
  cachedImage,
  imageFolder,
  imagesFolder,
  removeReplaced,
  removeUnfinished,
  unfinishedPrefix,
} from "./build/cache.ts";
import { mustRunOnHost } from "./build/host-command.ts";
import { imageKey, recipeKey } from "./build/key.ts";
import { takeLock } from "./build/lock.ts";
import { requireKeyrings, requirePrograms } from "./build/required-programs.ts";
import { Steps } from "./build/steps.ts";
import { makeRootTree } from "./debian/root-tree.ts";
import { fileDigest } from "./digest.ts";
import { assembleDisk } from "./disk/assemble.ts";
import { planDisk } from "./disk/layout.ts";
import { loadRecipe, type Recipe } from "./recipe.ts";
import type { ImageOptions } from "./types.ts";

/** Tree, raw disk and qcow2 exist together for a moment: 0.7 GB each, plus the downloaded packages. */
const imageBytes = 3 * 2 ** 30;
/** Room for the mirrors' package lists, about 80 MiB and twice that while they are unpacked. */
const indexBytes = 256 * 2 ** 20;

/** A build in its own folder; nothing of it is in the cache until it is complete. */
interface Workplace {
  readonly recipe: Recipe;
  readonly folder: string;
  readonly steps: Steps;
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes sure that the image of the recipe `name` is in the cache with the newest packages the mirrors have, and
 * returns it. Two processes at once build once. A build that breaks or is aborted leaves nothing behind.
 * Throws ImageError, ImageBuildFailed, MissingDependency, HostExhausted, or the signal's reason.
 */
export async function buildImage(name: string, options: ImageOptions = {}): Promise<BuiltImage> {
  return withLock(await loadRecipe(name), options, build);
}

/**
 * Returns the newest image in the cache that is what the recipe asks for, without asking mirrors for newer packages;
 * builds when there is none. Throws as `buildImage` does.
 */
export async function cachedOrBuiltImage(name: string, options: ImageOptions = {}): Promise<BuiltImage> {
  const recipe = await loadRecipe(name);
  return (
    (await cachedImage(recipe)) ??
    // Another process may have built it while we waited for the lock.
    withLock(recipe, options, async (workplace) => (await cachedImage(recipe)) ?? build(workplace))
  );
}

async function withLock(
  recipe: Recipe,
  { progress, signal }: ImageOptions,
  work: (workplace: Workplace) => Promise<BuiltImage>,
): Promise<BuiltImage> {
  const steps = new Steps(progress);
  const onWait = () => steps.begin("Waiting for another build", recipe.name);
  await using _lock = await takeLock(join(imagesFolder(), `.${recipe.name}.lock`), { onWait, signal });
  await removeUnfinished(recipe.name);
  const folder = await mkdtemp(join(imagesFolder(), unfinishedPrefix(recipe.name)));
  try {
    return await work({ recipe, folder, steps, signal });
  } catch (error) {
    throw writeError(error, imagesFolder(), ROOM_HELP);
  } finally {
    steps.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function build({ folder, recipe, signal, steps }: Workplace): Promise<BuiltImage> {
  const startedMs = performance.now();
  await requirePrograms(recipe.architecture, signal);
  steps.begin("Looking for the newest packages");
  const { sources: hostSources, transport } = await readHostApt(signal);
  const sources = chooseMirrors(recipe, hostSources, await readDefaultMirrors());
  await requireKeyrings(sources);
  // Checked beforehand, because apt 2.6 stands still for ever when the disk fills up under its package lists.
  await requireSpace("The list of packages", indexBytes);
  const packages = await resolvePackages(recipe, sources, transport, join(folder, "apt"), signal);
  const key = imageKey(recipe, packages);
  const known = (await builtImages(recipe.name)).find((image) => image.key === key);
  if (known !== undefined) return known;
  await requireSpace("Building an image", imageBytes);

  const layout = planDisk(key, recipe.diskSizeMiB, recipe.efiPartitionSizeMiB, recipe.architecture);
  const tree = await makeRootTree({ recipe, layout, sources, transport, work: folder, steps, signal });
  steps.begin("Assembling the disk");
  const { architecture } = recipe;
  const { asOwner, folder: root } = tree;
  const raw = await assembleDisk({ architecture, tree: root, asOwner, work: folder, layout, signal });
  steps.begin("Converting to qcow2");
  const result = join(folder, "result");
  await mkdir(result);
  const disk = join(result, "disk.qcow2");
  await mustRunOnHost("Converting the disk", "qemu-img", ["convert", "-O", "qcow2", raw, disk], { signal });
  steps.begin("Computing the digest");
  const record: Omit<BuiltImage, "folder" | "path"> = {
    name: recipe.name,
    key,
    recipeKey: recipeKey(recipe),
    builtAt: new Date().toISOString(),
    buildMs: Math.round(performance.now() - startedMs),
    virtualSizeBytes: recipe.diskSizeMiB * 2 ** 20,
    fileSizeBytes: (await stat(disk)).size,
    digest: await fileDigest(disk, signal),
    mirrors: sources.flatMap(({ uris }) => uris),
    packages,
  };
  await writeFile(join(result, "image.json"), `${JSON.stringify(record, undefined, 2)}\n`);
  const final = imageFolder(recipe.name, key);
  // An image whose record cannot be read stands in the way; it is of no use to anybody.
  await rm(final, { recursive: true, force: true });
  await rename(result, final);
  await removeReplaced(recipe.name);
  return { ...record, folder: final, path: join(final, "disk.qcow2") };
}

const ROOM_HELP = "Free some space, or set ASSAY_CACHE to a folder on another disk.";

async function requireSpace(what: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(imagesFolder());
  const inGiB = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  if (bavail * bsize < neededBytes)
    throw new HostExhausted(
      `${what} needs ${inGiB(neededBytes)}, '${imagesFolder()}' has ${inGiB(bavail * bsize)} left.`,
      { help: ROOM_HELP },
    );
}
