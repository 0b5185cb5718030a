import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ImageError } from "../errors/catalogue.ts";
import { didYouMean } from "../runbook/nearest.ts";
import { type Architecture, type ProcessorName, processorOf } from "./architecture.ts";
import { type ArchiveKernel, archiveKernel, flavourNames } from "./kernel/flavours.ts";

/** What a test image is made of; read from a file of `images/`. */
export interface Recipe {
  readonly name: string;
  /** The file as it is; part of the key under which the image is cached. */
  readonly text: string;
  readonly about: string;
  readonly distribution: "debian";
  readonly suite: string;
  readonly architecture: Architecture;
  readonly components: readonly string[];
  readonly diskSizeMiB: number;
  readonly efiPartitionSizeMiB: number;
  readonly commandLine: string;
  readonly bootMenuSeconds: number;
  readonly packages: readonly string[];
  readonly services: { readonly enable: readonly string[] };
  readonly files: readonly RecipeFile[];
  /** A kernel of the archive in place of the recipe's own. */
  readonly kernel?: ArchiveKernel;
}

/** A file written into the image, owned by root. */
export interface RecipeFile {
  readonly path: string;
  readonly content: string;
  /** Octal permissions, such as `0644`. */
  readonly mode: string;
}

/** The folder of the recipes that come with assay. */
export function recipesFolder(): string {
  return fileURLToPath(new URL("../../../../images", import.meta.url));
}

/** Names of the recipes in `folder`, sorted. */
export async function recipeNames(folder = recipesFolder()): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith(".yml"))
    .map((file) => file.slice(0, -".yml".length))
    .sort();
}

/** Splits `debian-12+rt` into the name of a recipe and that of a kernel; the latter may hold a plus itself. */
export function splitImageName(name: string): { readonly recipe: string; readonly kernel: string | undefined } {
  const [, recipe = name, kernel] = /^([^+/]*)\+(.+)$/.exec(name) ?? [];
  return { recipe, kernel };
}

/**
 * Reads the recipe `name`; with `+KERNEL` behind it, the same with another kernel of the archive. Throws ImageError when
 * there is none or it does not say what it must.
 */
export async function loadRecipe(name: string, folder = recipesFolder()): Promise<Recipe> {
  const { kernel, recipe } = splitImageName(name);
  const names = await recipeNames(folder);
  if (!names.includes(recipe))
    throw new ImageError(`There is no image recipe '${recipe}'.`, {
      help: didYouMean(recipe, names) ?? `Known recipes are ${names.join(", ")}.`,
    });
  const path = join(folder, `${recipe}.yml`);
  const read = await parseRecipe(recipe, await readFile(path, "utf8"), path);
  return kernel === undefined ? read : withKernel(read, kernel);
}

/**
 * The processors that the image of a recipe needs; undefined for what is no name of one. Nothing else of the recipe is
 * checked, which takes longer than planning a run.
 */
export async function recipeProcessor(name: string): Promise<ProcessorName | undefined> {
  const { recipe } = splitImageName(name);
  if (!(await recipeNames()).includes(recipe)) return undefined;
  const { parse } = await import("yaml");
  const { architecture } = parse(await readFile(join(recipesFolder(), `${recipe}.yml`), "utf8")) as Partial<Recipe>;
  return architecture && processorOf[architecture];
}

/** The recipe with another kernel; its images stand beside those of the recipe. */
function withKernel(recipe: Recipe, kernelName: string): Recipe {
  if (!/^[a-z0-9][a-z0-9+.-]*$/.test(kernelName))
    throw new ImageError(`'${kernelName}' is no name of a kernel.`, {
      help: `Name a flavour (${flavourNames.join(", ")}), a package or a release such as 6.1.0-44-${recipe.architecture}.`,
    });
  const kernel = archiveKernel(kernelName, recipe.architecture);
  const { isOfBackports, packageName } = kernel;
  const wanted = isOfBackports ? `${packageName}/${recipe.suite}-backports` : packageName;
  const others = recipe.packages.filter((name) => !name.startsWith("linux-image-"));
  return {
    ...recipe,
    name: `${recipe.name}+${kernelName}`,
    text: `${recipe.text}\n# kernel: ${kernelName}\n`,
    about: `${recipe.about}; with the kernel ${kernelName}`,
    packages: [wanted, ...others],
    kernel,
  };
}

/** Parses the text of a recipe; `where` is what messages call it. Throws ImageError listing every problem. */
export async function parseRecipe(name: string, text: string, where: string): Promise<Recipe> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { prettyErrors: true });
  const broken = document.errors[0];
  if (broken !== undefined)
    throw new ImageError(`The recipe '${where}' is not valid YAML: ${broken.message}`, {
      help: "Correct the file at the line named above.",
    });
  const result = (await recipeSchema()).safeParse(document.toJS());
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "recipe"}: ${issue.message}`);
    throw new ImageError(`The recipe '${where}' is not complete: ${problems.join("; ")}.`, {
      help: "Compare it with 'images/debian-12.yml'; 'docs/images.md' explains every key.",
    });
  }
  return { name, text, ...result.data };
}

async function recipeSchema() {
  const { z } = await import("zod");
  const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, "is not a package name");
  return z.strictObject({
    about: z.string(),
    distribution: z.literal("debian"),
    suite: z.string().regex(/^[a-z]+$/, "is not a suite name"),
    architecture: z.enum(["amd64", "arm64"]),
    components: z.array(z.string().regex(/^[a-z-]+$/)).min(1),
    diskSizeMiB: z.int().min(1024).max(1_048_576),
    efiPartitionSizeMiB: z.int().min(33).max(1024),
    commandLine: z.string().regex(/^[^"\\$`\n]*$/, "must fit between double quotes in a shell file"),
    bootMenuSeconds: z.int().min(0).max(30),
    packages: z.array(packageName).min(1),
    services: z.strictObject({ enable: z.array(z.string().regex(/^[\w@.-]+$/)) }),
    files: z.array(
      z.strictObject({
        path: z.string().regex(/^\/[\w./@-]+$/, "is not an absolute path"),
        content: z.string(),
        mode: z
          .string()
          .regex(/^0[0-7]{3,4}$/)
          .default("0644"),
      }),
    ),
  });
}
