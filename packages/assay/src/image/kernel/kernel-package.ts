import { ImageError } from "../../errors/catalogue.ts";
import { mustRunOnHost, runOnHost } from "../build/host-command.ts";

/** A Debian package that holds a kernel. */
export interface KernelPackage {
  readonly path: string;
  /** Name of the package. */
  readonly name: string;
  /** As `uname -r` will say it. */
  readonly release: string;
  readonly architecture: string;
}

/** Looks into a Debian package. Throws ImageError when it is damaged or holds no kernel, MissingDependency without dpkg. */
export async function inspectKernelPackage(path: string, signal?: AbortSignal): Promise<KernelPackage> {
  const listing = await runOnHost("dpkg-deb", ["--contents", path], { signal });
  if (listing.exitCode !== 0) {
    const words = listing.stderr.trim().split("\n").at(-1) ?? "";
    throw new ImageError(`The package '${path}' is damaged or cut off (${words}).`, {
      help: "Fetch or build it again.",
    });
  }
  const releases = [...listing.stdout.matchAll(/ \.\/boot\/vmlinu[xz]-(\S+)$/gm)].map(([, release = ""]) => release);
  const [release] = releases;
  if (release === undefined)
    throw new ImageError(`The package '${path}' holds no kernel: it has no file 'boot/vmlinuz-…'.`, {
      help: "Name the package 'linux-image-…'. A package such as 'linux-image-amd64' only names another one.",
    });
  const fields = await mustRunOnHost(`Reading '${path}'`, "dpkg-deb", ["--field", path, "Package", "Architecture"], {
    signal,
  });
  const field = (key: string): string => new RegExp(`^${key}: (.+)$`, "m").exec(fields)?.[1] ?? "";
  const [name, architecture] = [field("Package"), field("Architecture")];
  return { path, name, release, architecture };
}
