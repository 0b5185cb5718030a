import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import type { Image } from "../../packages/assay/src/image/types.ts";
import { libvirtPlatform } from "../../packages/assay/src/platforms/libvirt/libvirt-platform.ts";
import type {
  Environment,
  EnvironmentRequirement,
  Platform,
  PlatformProgress,
} from "../../packages/assay/src/platforms/platform.ts";
import { qemuPlatform } from "../../packages/assay/src/platforms/qemu/qemu-platform.ts";

export const LIMIT_MS = 900_000;
export const wanted: EnvironmentRequirement = { nodeCount: 1, cores: 1, memoryMb: 256, features: [], coldBoot: false };

/** A platform with a folder for its logs; both go when it is disposed. */
export interface Guests extends AsyncDisposable {
  readonly platform: Platform;
  readonly progress: PlatformProgress[];
  prepare(): Promise<void>;
  deploy(name: string, requirement?: Partial<EnvironmentRequirement>): Promise<Environment>;
}

/**
 * Opens the platform on `image` (default: the Debian 12 recipe, its template kept in the user's cache). With
 * `ASSAY_TEST_LIBVIRT`, the URI of a libvirt, the machines are that one's, so that what is proven here is proven there.
 */
export async function openGuests(
  options: {
    readonly image?: Image;
    readonly section?: Readonly<Record<string, unknown>>;
    readonly keepEnvironment?: "no" | "always";
  } = {},
): Promise<Guests> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const image = options.image ?? (await resolveImage(process.env.ASSAY_TEST_IMAGE ?? "debian-12", { signal }));
  const logFolder = await mkdtemp(join(tmpdir(), "assay-qemu-test-"));
  const uri = process.env.ASSAY_TEST_LIBVIRT;
  const make = uri === undefined ? qemuPlatform : libvirtPlatform;
  const platform = await make({
    image,
    section: { ...(uri === undefined ? {} : { uri }), ...options.section },
    runId: `test-${process.pid}`,
    keepEnvironment: options.keepEnvironment ?? "no",
  });
  const seen: PlatformProgress[] = [];
  const context = { signal, progress: (step: PlatformProgress) => void seen.push(step) };
  return {
    platform,
    progress: seen,
    prepare: () => platform.prepare({ ...context, logFolder }),
    async deploy(name, requirement = {}) {
      const own = await mkdtemp(join(logFolder, `${name}-`));
      return await platform.deploy(
        { ...wanted, ...requirement },
        { ...context, environmentName: name, logFolder: own },
      );
    },
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]();
      await rm(logFolder, { recursive: true, force: true });
    },
  };
}
