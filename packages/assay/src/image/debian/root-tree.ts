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
 * fakeroot cannot carry file capabilities (and forgets the type of a file that has some). Debian's own packages fall
 * back to set-uid where they cannot be stored; so do we, for the few programs concerned, such as ping.
 */
const capabilitiesToSetuid = `command -v getcap > /dev/null || exit 0
getcap -r /usr/bin /usr/sbin | while read -r program rest; do setcap -r "$program" && chmod u+s "$program"; done`;

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
    ...(isRoot ? [] : [`--customize-hook=chroot "$1" /bin/sh -c '${capabilitiesToSetuid}'`]),
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
  const unpack = ["tar", "--extract", "--file", archive, "--directory", folder];
  await mustRunOnHost("Unpacking the root file system", "fakeroot", ["-s", state, "--", ...unpack], { signal });
  return { folder, asOwner: ["fakeroot", "-i", state, "--"] };
}
