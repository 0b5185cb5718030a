import { ImageError } from "../../errors/catalogue.ts";
import { didYouMean } from "../../runbook/nearest.ts";
import { type ArchiveKernel, flavourNames } from "./flavours.ts";

/** The kernels among the names of packages, as users call them: releases, newest last. */
export function kernelReleases(packageNames: readonly string[]): readonly string[] {
  return packageNames
    .flatMap((name) => /^linux-image-(\d+\.\d+\.\d\S*)$/.exec(name)?.[1] ?? [])
    .filter((release) => !/-(dbg|unsigned)$/.test(release))
    .toSorted(new Intl.Collator("en", { numeric: true }).compare);
}

/** Throws ImageError, with the kernels there are, when `kernel` is not among the packages of an archive. */
export function requireKernel(kernel: ArchiveKernel, suite: string, packageNames: readonly string[]): void {
  if (packageNames.includes(kernel.packageName)) return;
  const releases = kernelReleases(packageNames);
  const hint = didYouMean(kernel.name, [...flavourNames, ...releases]);
  // Each release is there in several kinds; one of them names it.
  const generic = releases.filter((release) => !/-(cloud|rt)-/.test(release));
  const kinds = "most of them also with '-cloud' or '-rt' before the architecture";
  const all = `There are ${flavourNames.join(", ")}, and the releases ${generic.join(", ")} (${kinds}).`;
  throw new ImageError(`There is no kernel '${kernel.name}' for '${suite}': no package '${kernel.packageName}'.`, {
    help: hint === undefined ? all : `${hint} ${all}`,
  });
}
