import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PlatformError } from "../../../errors/catalogue.ts";
import { writeError } from "../../../errors/disk-full.ts";
import { cacheFolder } from "../../../host/folders.ts";
import { markUsed, removeUnused } from "../../../host/unused-folders.ts";
import { inspectImage } from "../../../image/inspect.ts";
import type { Shell } from "../../../node/shell/types.ts";
import type { DeployContext } from "../../platform.ts";
import { type BootableImage, type DirectKernel, wayKey } from "../boot-way.ts";
import { takeLock } from "../host/build-lock.ts";
import { type BootFacts, readBootFacts } from "./boot-facts.ts";
import { type ChosenKernel, digestOfKernel } from "./choose-kernel.ts";
import { forgetFirstBoot, installKernelPackage } from "./install-kernel.ts";
import { takeBootFiles } from "./take-boot-files.ts";

/** A machine that runs the image as it is, on which a kernel is put. */
export interface KernelMachine extends AsyncDisposable {
  readonly shell: Shell;
  /** Of the account that its first boot made. */
  readonly username: string;
  /** Switches it off in good order and writes its disk into a file of its own; gives the file's SHA-256. */
  saveDisk(path: string): Promise<string>;
}

export interface KernelOrder extends Pick<DeployContext, "signal" | "progress"> {
  readonly kernel: ChosenKernel;
  /** As it is, with its own kernel. */
  readonly image: BootableImage;
  /** A machine with `image`; asked for at most once. */
  openMachine(): Promise<KernelMachine>;
}

/** What is kept of a kernel that was put on an image; paths are within its folder. */
interface PreparedKernel {
  readonly name: string;
  readonly commandLine: string;
  readonly hasInitrd: boolean;
  /** The image with the kernel's modules; undefined when it is booted as it is. */
  readonly disk: { readonly digest: string } | undefined;
}

const files = { kernel: "vmlinuz", initrd: "initrd", disk: "disk.qcow2", record: "kernel.json" } as const;
const kernelsFolder = (): string => join(cacheFolder(), "kernels");

/**
 * Makes the image boot with another kernel, once per image and kernel: parameters come from the image's own boot, modules
 * and initial RAM disk are put on a fork of it. The image itself stays as it is. Throws PlatformError, BootFailed or
 * HostExhausted.
 */
export async function prepareKernel(order: KernelOrder): Promise<BootableImage> {
  const { image, kernel, progress, signal } = order;
  const inputs = [2, image.digest, wayKey(image.way) ?? "", kernel.digest];
  const key = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 20);
  const folder = join(kernelsFolder(), key);
  const known = await readPrepared(folder);
  if (known !== undefined) return await withKernel(order, folder, known);
  const onWait = () =>
    progress({
      environment: undefined,
      step: "prepare kernel",
      detail: "waiting for another assay that does the same",
    });
  await using _lock = await takeLock(`kernel ${key}`, { signal, onWait });
  const preparedMeanwhile = await readPrepared(folder);
  if (preparedMeanwhile !== undefined) return await withKernel(order, folder, preparedMeanwhile);
  const startedAt = performance.now();
  progress({ environment: undefined, step: "prepare kernel", detail: `'${kernel.name}' for '${image.name}', once` });
  await mkdir(kernelsFolder(), { recursive: true });
  const prefix = `.draft-${key}-`;
  // What a killed one left; the lock says that nobody is at work.
  for (const name of await readdir(kernelsFolder()))
    if (name.startsWith(prefix)) await rm(join(kernelsFolder(), name), { recursive: true, force: true });
  const draft = await mkdtemp(join(kernelsFolder(), prefix));
  try {
    const prepared = await prepare(order, draft);
    await mustBeUnchanged(kernel);
    await writeFile(join(draft, files.record), JSON.stringify(prepared));
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
    await removeUnused(kernelsFolder());
    const elapsedMs = Math.round(performance.now() - startedAt);
    progress({ environment: undefined, step: "prepare kernel", detail: prepared.commandLine, elapsedMs });
    return await withKernel(order, folder, prepared);
  } catch (error) {
    throw writeError(error, kernelsFolder(), "Free disk space, or set ASSAY_CACHE to a folder on a larger disk.");
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function prepare(order: KernelOrder, draft: string): Promise<PreparedKernel> {
  const { kernel, signal } = order;
  const { commandLine, initrd, source } = kernel;
  const given = source.kind === "file" ? source.path : undefined;
  if (given !== undefined) await copyFile(given, join(draft, files.kernel));
  if (initrd !== undefined) await copyFile(initrd, join(draft, files.initrd));
  // Who names the root needs nothing of the image's own boot, which may not work at all.
  if (given !== undefined && /(^|\s)root=/.test(commandLine))
    return { name: kernel.name, commandLine, hasInitrd: initrd !== undefined, disk: undefined };

  await using machine = await order.openMachine();
  const { shell, username } = machine;
  const facts = await readBootFacts(shell, signal);
  const isAlone = given !== undefined && initrd === undefined;
  const parameters = `${isAlone ? facts.commandLineOfKernelAlone : facts.commandLine} ${commandLine}`.trim();
  if (given !== undefined)
    return { name: kernel.name, commandLine: parameters, hasInitrd: initrd !== undefined, disk: undefined };

  if (source.kind === "package") await installKernelPackage(shell, source, signal);
  const release = source.kind === "package" ? source.release : facts.release;
  const places = {
    kernel: join(draft, files.kernel),
    initrd: initrd === undefined ? join(draft, files.initrd) : undefined,
  };
  const hasInitrd = (await takeBootFiles(shell, release, places, signal)) || initrd !== undefined;
  const commandLineFor = (own: BootFacts): string =>
    `${hasInitrd ? own.commandLine : own.commandLineOfKernelAlone} ${commandLine}`.trim();
  if (source.kind === "image") return { name: release, commandLine: commandLineFor(facts), hasInitrd, disk: undefined };

  await forgetFirstBoot(shell, { username, isOfImage: order.image.way.login !== undefined }, signal);
  const digest = await machine.saveDisk(join(draft, files.disk));
  return { name: release, commandLine: commandLineFor(facts), hasInitrd, disk: { digest } };
}

/** A kernel that is built anew while the old one is put on the image would be kept under the old one's name. */
async function mustBeUnchanged(kernel: ChosenKernel): Promise<void> {
  if ((await digestOfKernel(kernel)) === kernel.digest) return;
  throw new PlatformError(`The kernel '${kernel.name}' was changed while it was put on the image.`, {
    help: "Wait until its build has ended, and start again.",
  });
}

async function withKernel({ image, kernel }: KernelOrder, folder: string, prepared: PreparedKernel) {
  const { commandLine, disk, hasInitrd, name } = prepared;
  const direct: DirectKernel = {
    name,
    path: join(folder, files.kernel),
    initrd: hasInitrd ? join(folder, files.initrd) : undefined,
    commandLine,
    digest: kernel.digest,
  };
  const way = { ...image.way, kernel: direct };
  if (disk === undefined) return { ...image, way };
  const path = join(folder, files.disk);
  const { virtualSizeBytes } = await inspectImage(path);
  return { ...image, path, format: "qcow2", digest: disk.digest, virtualSizeBytes, way } as const;
}

async function readPrepared(folder: string): Promise<PreparedKernel | undefined> {
  try {
    const prepared = JSON.parse(await readFile(join(folder, files.record), "utf8")) as PreparedKernel;
    await markUsed(folder);
    return prepared;
  } catch {
    // Not there, or not whole: it is made anew.
    return undefined;
  }
}
