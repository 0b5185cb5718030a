import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BootWay, DirectKernel } from "../boot-way.ts";
import { ignitionConfig } from "./ignition.ts";
import { type SeedContents, seedOf, writeSeed } from "./seed.ts";

/** What a machine is given besides its disk to boot with. */
export interface BootFiles {
  /** Undefined for an image that gets none. */
  readonly seed: string | undefined;
  readonly ignition: string | undefined;
  readonly kernel: DirectKernel | undefined;
}

const names = { seed: "seed.iso", ignition: "ignition.json" } as const;

/** Where the files of `way` are in `folder`. */
export function bootFilesIn(folder: string, way: BootWay): BootFiles {
  return {
    seed: way.seed === "none" ? undefined : join(folder, names.seed),
    ignition: way.hasIgnition ? join(folder, names.ignition) : undefined,
    kernel: way.kernel,
  };
}

/** Writes into `folder` what a first boot by `way` needs. Throws MissingDependency or PlatformError. */
export async function writeBootFiles(
  folder: string,
  way: BootWay,
  contents: Omit<SeedContents, "userData">,
  signal: AbortSignal,
): Promise<BootFiles> {
  const files = bootFilesIn(folder, way);
  if (files.seed !== undefined && way.seed !== "none")
    await writeSeed(files.seed, seedOf(way.seed, { ...contents, userData: way.userData }), signal);
  if (files.ignition !== undefined) await writeFile(files.ignition, ignitionConfig(contents), { mode: 0o600 });
  return files;
}
