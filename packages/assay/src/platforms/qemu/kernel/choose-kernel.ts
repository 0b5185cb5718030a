import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { ImageError, UsageError } from "../../../errors/catalogue.ts";
import { fileDigest } from "../../../image/digest.ts";
import { inspectKernel, isDebianPackage, openKernel } from "../../../image/kernel/kernel-file.ts";
import { inspectKernelPackage, type KernelPackage } from "../../../image/kernel/kernel-package.ts";
import type { BootSettings } from "../settings.ts";

/** A kernel that is to be tested, looked into; nothing of it is on a machine yet. */
export interface ChosenKernel {
  /** What `uname -r` should say, else what the user wrote. */
  readonly name: string;
  /** A file that QEMU can start, a package to install, or the kernel that the image has. */
  readonly source: { readonly kind: "file"; readonly path: string } | PackageSource | { readonly kind: "image" };
  /** Path of an initial RAM disk; undefined: that of the package or image, and none for a file. */
  readonly initrd: string | undefined;
  /** Added to the image's own. */
  readonly commandLine: string;
  /** Identifies all of it by content. */
  readonly digest: string;
}

interface PackageSource extends KernelPackage {
  readonly kind: "package";
}

/**
 * Looks into the kernel that the settings ask for. Undefined when the image's firmware and boot loader start it. Throws ImageError for
 * files that hold no kernel for this machine.
 */
export async function chooseKernel(settings: BootSettings): Promise<ChosenKernel | undefined> {
  const { commandLine = "", initrd, kernel, needsKernel } = settings;
  if (!needsKernel && kernel === undefined && initrd === undefined && commandLine === "") return undefined;
  const initrdPath = initrd === undefined ? undefined : await readableFile(initrd);
  const { name, source } = kernel === undefined ? ownKernel : await lookInto(resolve(kernel));
  if (source.kind === "package" && initrdPath !== undefined)
    throw new UsageError("'initrd' goes with the file of a kernel; for a package it is made on the machine.", {
      help: "Leave 'initrd' out.",
    });
  const chosen = { name, source, initrd: initrdPath, commandLine };
  return { ...chosen, digest: await digestOfKernel(chosen) };
}

/** Identifies all of a kernel by the content that its files have now. */
export async function digestOfKernel({
  commandLine,
  initrd,
  source,
}: Omit<ChosenKernel, "digest" | "name">): Promise<string> {
  const parts = [
    source.kind === "image" ? "own" : await fileDigest(source.path),
    initrd === undefined ? "" : await fileDigest(initrd),
    commandLine,
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

const ownKernel = { name: "the image's own", source: { kind: "image" } } as const;

async function lookInto(path: string): Promise<Pick<ChosenKernel, "name" | "source">> {
  if (await isDebianPackage(path)) {
    const found = await inspectKernelPackage(path);
    if (found.architecture !== "amd64") throw wrongArchitecture(path, found.architecture);
    return { name: found.release, source: { kind: "package", ...found } };
  }
  const { architecture, release } = await inspectKernel(path);
  if (architecture !== "x86_64") throw wrongArchitecture(path, architecture);
  return { name: release ?? path, source: { kind: "file", path } };
}

async function readableFile(path: string): Promise<string> {
  await using file = await openKernel(resolve(path), "initial RAM disk");
  return file.path;
}

const wrongArchitecture = (path: string, architecture: string): ImageError =>
  new ImageError(`The kernel '${path}' is for ${architecture}, and the machine is x86_64.`, {
    help: "Name one that was built for x86_64 (amd64).",
  });
