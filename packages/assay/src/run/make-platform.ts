import { dirname } from "node:path";
import { UsageError } from "../errors/catalogue.ts";
import type { ImageProgress } from "../image/types.ts";
import type { Platform } from "../platforms/platform.ts";
import type { Runbook } from "../runbook/types.ts";
import { IMAGE_KEYS, namedImage } from "./named-image.ts";
import { readyPlacement } from "./ready-placement.ts";

export interface MakePlatformOptions {
  readonly runbook: Runbook;
  /** Image from the command line; takes the place of the runbook's. */
  readonly image: string | undefined;
  /** Keys of the platform's section from the command line; they take the place of the runbook's. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly run: string;
  readonly signal: AbortSignal;
  readonly progress: (step: ImageProgress) => void;
}

type Maker = (options: MakePlatformOptions) => Promise<Platform>;

/** How each platform is made. A platform's modules are loaded only when a runbook asks for it. */
const MAKERS: Readonly<Record<string, Maker>> = {
  async local(options) {
    const { localPlatform } = await import("../platforms/local/local-platform.ts");
    return localPlatform({ reusesDirty: reusesDirty(options) });
  },
  async ready(options) {
    const { runbook } = options;
    const [{ readyPlatform }, { routeThrough }] = await Promise.all([
      import("../platforms/ready/ready-platform.ts"),
      import("../platforms/ready/route-through.ts"),
    ]);
    const via = await routeThrough(runbook.dev?.jumpBoxes ?? []);
    const reuse = reusesDirty(options);
    return readyPlatform(runbook.readyNodes, { place: readyPlacement(runbook), via, reusesDirty: reuse });
  },
  async libvirt(options) {
    const { signal, progress } = options;
    const { checksum, section, wanted, common } = imageOrder(options);
    const [{ imageWithKernel }, { resolveImage }, { libvirtPlatform }] = await Promise.all([
      import("../image/kernel/image-with-kernel.ts"),
      import("../image/resolve.ts"),
      import("../platforms/libvirt/libvirt-platform.ts"),
    ]);
    const chosen = await imageWithKernel(wanted, typeof section.kernel === "string" ? section.kernel : undefined);
    return libvirtPlatform({
      ...common,
      image: await resolveImage(chosen.image, { signal, progress, checksum }),
      section: { ...section, kernel: chosen.kernel },
    });
  },
  async qemu(options) {
    const { signal, progress } = options;
    const { checksum, section, wanted, common } = imageOrder(options);
    const [{ imageWithKernel }, { resolveImage }, { qemuPlatform }] = await Promise.all([
      import("../image/kernel/image-with-kernel.ts"),
      import("../image/resolve.ts"),
      import("../platforms/qemu/qemu-platform.ts"),
    ]);
    const chosen = await imageWithKernel(wanted, typeof section.kernel === "string" ? section.kernel : undefined);
    return qemuPlatform({
      ...common,
      image: await resolveImage(chosen.image, { signal, progress, checksum }),
      section: { ...section, kernel: chosen.kernel },
    });
  },
};

/** What the platforms that run an image have in common. Throws UsageError where no image is named. */
function imageOrder({ runbook, image, overrides, run }: MakePlatformOptions) {
  const { adminPassword, adminPrivateKeyFile, adminUsername, keepEnvironment, type } = runbook.platform;
  const { image_checksum: checksum, ...section } = { ...runbook.platform.section, ...overrides };
  const wanted = image ?? namedImage(section);
  if (typeof wanted !== "string") {
    throw new UsageError(`The runbook '${runbook.file}' names no image.`, {
      help: `Give one with --image PATH or NAME, or as 'image' in the section '${type}' of the platform.`,
    });
  }
  const settings = Object.entries(section).filter(([key]) => !IMAGE_KEYS.some((name) => name === key));
  return {
    checksum: textOrNothing(checksum),
    section: Object.fromEntries(settings) as Readonly<Record<string, unknown>>,
    wanted,
    common: {
      ...(adminUsername === undefined ? {} : { adminUsername }),
      account: { privateKeyFile: adminPrivateKeyFile, password: adminPassword },
      folder: dirname(runbook.file),
      runId: run,
      keepEnvironment,
    },
  };
}

/** The key of the section `ready`, which is the platform `local` here when it has this machine only. */
function reusesDirty({ runbook, overrides }: MakePlatformOptions): boolean {
  const { reuse_dirty_env: given } = { ...runbook.platform.section, ...overrides };
  // The command line gives texts.
  return String(given ?? true) !== "false";
}

const textOrNothing = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** Makes the platform a runbook asks for. Throws UsageError and ImageError for what the user has to correct. */
export async function makePlatform(options: MakePlatformOptions): Promise<Platform> {
  const { type } = options.runbook.platform;
  const make = Object.hasOwn(MAKERS, type) ? MAKERS[type] : undefined;
  if (make === undefined) {
    throw new UsageError(`There is no platform '${type}' here.`, {
      help: `Known platforms are ${Object.keys(MAKERS).join(", ")}.`,
    });
  }
  return await make(options);
}
