import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ImageError } from "../errors/catalogue.ts";
import { didYouMean } from "../runbook/nearest.ts";

/** What a test image is made of; read from a file of `images/`. */
export interface Recipe {
  readonly name: string;
  /** The file as it is; part of the key under which the image is cached. */
  readonly text: string;
  readonly about: string;
  readonly distribution: "debian";
  readonly suite: string;
  readonly architecture: "amd64";
  readonly components: readonly string[];
  readonly diskSizeMiB: number;
  readonly efiPartitionSizeMiB: number;
  readonly commandLine: string;
  readonly bootMenuSeconds: number;
  readonly packages: readonly string[];
  readonly services: { readonly enable: readonly string[] };
  readonly files: readonly RecipeFile[];
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

/** Reads the recipe `name`. Throws ImageError when there is none or it does not say what it must. */
export async function loadRecipe(name: string, folder = recipesFolder()): Promise<Recipe> {
  const names = await recipeNames(folder);
  if (!names.includes(name))
    throw new ImageError(`There is no image recipe '${name}'.`, {
      help: didYouMean(name, names) ?? `Known recipes are ${names.join(", ")}.`,
    });
  const path = join(folder, `${name}.yml`);
  return parseRecipe(name, await readFile(path, "utf8"), path);
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
    architecture: z.literal("amd64"),
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
