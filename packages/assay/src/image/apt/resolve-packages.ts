import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mustRunOnHost } from "../build/host-command.ts";
import { requireKernel } from "../kernel/available-kernels.ts";
import type { Recipe } from "../recipe.ts";
import { type AptSource, renderSources } from "./source.ts";

/** Versions by package name. */
export type PackageVersions = Readonly<Record<string, string>>;

/**
 * Asks the mirrors which versions a build would install now, without installing (about seven seconds).
 * `folder` must be empty; nothing of this machine's own package state is read or changed.
 * Throws ImageBuildFailed when a mirror cannot be reached or lacks a package, ImageError for a kernel that is not there.
 */
export async function resolvePackages(
  recipe: Recipe,
  sources: readonly AptSource[],
  transport: readonly string[],
  folder: string,
  signal?: AbortSignal,
): Promise<PackageVersions> {
  await mkdir(join(folder, "lists/partial"), { recursive: true });
  await mkdir(join(folder, "cache/archives/partial"), { recursive: true });
  await writeFile(join(folder, "status"), "");
  await writeFile(join(folder, "mirrors.sources"), renderSources(sources));
  await writeFile(join(folder, "apt.conf"), configuration(folder, recipe, transport));
  const apt = (task: string, ...args: string[]) =>
    mustRunOnHost(task, "apt-get", args, { signal, environment: { APT_CONFIG: join(folder, "apt.conf") } });
  await apt(`Reading the package index of '${sources[0]?.uris[0]}'`, "--error-on=any", "update");
  if (recipe.kernel !== undefined) {
    const names = await mustRunOnHost("Listing kernels", "apt-cache", ["pkgnames", "linux-image-"], {
      signal,
      environment: { APT_CONFIG: join(folder, "apt.conf") },
    });
    requireKernel(recipe.kernel, recipe.suite, names.split("\n"));
  }
  const plan = await apt(
    `Choosing the packages of '${recipe.name}'`,
    ...["--simulate", "--no-install-recommends", "install", "?essential", "?priority(required)", "apt"],
    ...recipe.packages,
  );
  return parseSimulation(plan);
}

/** Reads `Inst NAME (VERSION …)` lines, as `apt-get --simulate install` prints them. */
export function parseSimulation(output: string): PackageVersions {
  const lines = output.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) /gm);
  return Object.fromEntries([...lines].map(([, name = "", version = ""]) => [name, version] as const).toSorted());
}

/** An APT world of its own: the machine's configuration files could run hooks as root or pin packages. */
function configuration(folder: string, recipe: Recipe, transport: readonly string[]): string {
  const settings: readonly (readonly [string, string])[] = [
    ["Dir::Etc::main", "/dev/null"],
    ["Dir::Etc::parts", "/dev/null"],
    ["Dir::Etc::preferences", "/dev/null"],
    ["Dir::Etc::preferencesparts", "/dev/null"],
    ["Dir::Etc::sourcelist", join(folder, "mirrors.sources")],
    ["Dir::Etc::sourceparts", "/dev/null"],
    ["Dir::State", folder],
    ["Dir::State::lists", join(folder, "lists")],
    ["Dir::State::status", join(folder, "status")],
    ["Dir::Cache", join(folder, "cache")],
    ["APT::Architecture", recipe.architecture],
    ["APT::Architectures", recipe.architecture],
    // The folder may lie where the user `_apt` cannot look.
    ["APT::Sandbox::User", ""],
    ["Acquire::Languages", "none"],
    ["Debug::NoLocking", "true"],
  ];
  return [...settings.map(([name, value]) => `${name} "${value}";`), ...transport, ""].join("\n");
}
