import { UsageError } from "../errors/catalogue.ts";
import type { ImageProgress } from "../image/types.ts";
import type { Platform } from "../platforms/platform.ts";
import type { Runbook } from "../runbook/types.ts";
import { readyPlacement } from "./ready-placement.ts";

export interface MakePlatformOptions {
  readonly runbook: Runbook;
  /** Image from the command line; takes the place of the runbook's. */
  readonly image: string | undefined;
  readonly run: string;
  readonly signal: AbortSignal;
  readonly progress: (step: ImageProgress) => void;
}

/** Keys of the section `platform.qemu` that name the image; `qcow2` and `disk_img` are upstream's. */
const IMAGE_KEYS = ["image", "qcow2", "disk_img"] as const;

type Maker = (options: MakePlatformOptions) => Promise<Platform>;

/** How each platform is made. A platform's modules are loaded only when a runbook asks for it. */
const MAKERS: Readonly<Record<string, Maker>> = {
  async local() {
    const { localPlatform } = await import("../platforms/local/local-platform.ts");
    return localPlatform();
  },
  async ready({ runbook }) {
    const { readyPlatform } = await import("../platforms/ready/ready-platform.ts");
    return readyPlatform(runbook.readyNodes, readyPlacement(runbook));
  },
  async qemu({ runbook, image, run, signal, progress }) {
    const { section, adminUsername, keepEnvironment } = runbook.platform;
    const settings = Object.entries(section).filter(([key]) => !IMAGE_KEYS.some((name) => name === key));
    const wanted = image ?? IMAGE_KEYS.map((key) => section[key]).find((value) => value !== undefined && value !== "");
    if (typeof wanted !== "string") {
      throw new UsageError(`The runbook '${runbook.file}' names no image.`, {
        help: "Give one with --image PATH or NAME, or as 'image' in the section 'qemu' of the platform.",
      });
    }
    const [{ resolveImage }, { qemuPlatform }] = await Promise.all([
      import("../image/resolve.ts"),
      import("../platforms/qemu/qemu-platform.ts"),
    ]);
    return qemuPlatform({
      image: await resolveImage(wanted, { signal, progress }),
      section: Object.fromEntries(settings),
      ...(adminUsername === undefined ? {} : { adminUsername }),
      runId: run,
      keepEnvironment,
    });
  },
};

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
