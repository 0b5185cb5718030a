import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type AptSource, renderSources } from "../apt/source.ts";
import { mustRunOnHost } from "../build/host-command.ts";
import type { Steps } from "../build/steps.ts";
import type { DiskLayout } from "../disk/layout.ts";
import type { Recipe } from "../recipe.ts";
import { customizeScript, rootTypePath } from "./customize-script.ts";

/** A folder of installed and customized packages, and how to see its owners right. */
export interface RootTree {
  readonly folder: string;
  /** Command prefix that shows the owners; empty when they are real. */
  readonly asOwner: readonly string[];
}

export interface RootTreeOptions {
  readonly recipe: Recipe;
  readonly layout: DiskLayout;
  readonly sources: readonly AptSource[];
  readonly transport: readonly string[];
  readonly work: string;
  readonly steps: Steps;
  readonly signal?: AbortSignal | undefined;
}

/** mmdebstrap's own progress lines and what we call the steps they begin. */
const stepOfLine: readonly (readonly [RegExp, string])[] = [
  [/^I: running apt-get update/, "Reading the package index"],
  [/^I: downloading packages/, "Downloading the base system"],
  [/^I: extracting archives/, "Unpacking the base system"],
  [/^I: installing essential packages/, "Installing the base system"],
  [/^I: installing remaining packages/, "Downloading and installing packages"],
  [/^I: running --customize-hook/, "Customizing"],
  [/^I: cleaning package lists/, "Cleaning"],
];

/**
 * Installs the packages of a recipe and customizes the result. Root gets a plain folder; others get the same by
 * a user namespace or fakechroot (whichever mmdebstrap finds), with owners kept by fakeroot.
 * Throws ImageBuildFailed, HostExhausted or MissingDependency.
 */
export async function makeRootTree(options: RootTreeOptions): Promise<RootTree> {
  const { layout, recipe, signal, sources, steps, transport, work } = options;
  const isRoot = process.getuid?.() === 0;
  const folder = join(work, "tree");
  const archive = join(work, "tree.tar");
  const script = join(work, "customize");
  const sourceList = join(work, "build.sources");
  await writeFile(script, customizeScript(recipe, layout, renderSources(sources)));
  await writeFile(sourceList, renderSources(sources));
  const settings = [
    "--mode=auto",
    "--variant=minbase",
    `--format=${isRoot ? "directory" : "tar"}`,
    `--architectures=${recipe.architecture}`,
    `--include=${recipe.packages.join(",")}`,
    // The tree is thrown away when the build breaks: no need to force every file to the disk.
    "--dpkgopt=force-unsafe-io",
    '--aptopt=Acquire::Languages "none"',
    ...transport.map((line) => `--aptopt=${line.replace(/;$/, "")}`),
    // There is no root device yet from which the initramfs could learn which fsck it needs.
    `--essential-hook=mkdir -p "$1"${dirname(rootTypePath)} && echo FSTYPE=ext4 > "$1"${rootTypePath}`,
    `--customize-hook=upload ${script} /tmp/customize`,
    '--customize-hook=chroot "$1" /bin/sh /tmp/customize',
  ];
  await mustRunOnHost(
    `Installing the packages of '${recipe.name}'`,
    "mmdebstrap",
    [...settings, recipe.suite, isRoot ? folder : archive, sourceList],
    {
      signal,
      folder: work,
      onErrorLine: (line) => {
        const step = stepOfLine.find(([pattern]) => pattern.test(line));
        if (step !== undefined) steps.begin(step[1]);
      },
    },
  );
  if (isRoot) return { folder, asOwner: [] };

  steps.begin("Unpacking with owners");
  await mkdir(folder);
  const state = join(work, "owners");
  const unpack = ["tar", "--extract", "--file", archive, "--directory", folder, "--xattrs", "--xattrs-include=*"];
  await mustRunOnHost("Unpacking the root file system", "fakeroot", ["-s", state, "--", ...unpack], { signal });
  return { folder, asOwner: ["fakeroot", "-i", state, "--"] };
}
