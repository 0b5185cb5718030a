import type { Architecture } from "../architecture.ts";

/** A kernel of Debian's archive that a recipe gets in place of its own. */
export interface ArchiveKernel {
  /** As the user calls it. */
  readonly name: string;
  /** Package to install; it may be one that only names the newest of its kind. */
  readonly packageName: string;
  /** Whether the newest is wanted from the suite of backports, which apt passes over unless told. */
  readonly isOfBackports: boolean;
}

/** Words for Debian's kinds of kernels, and what their packages have before the architecture. */
const flavours: Readonly<Record<string, string>> = { cloud: "cloud-", generic: "", rt: "rt-" };

/** Every word for a kind of kernel. */
export const flavourNames: readonly string[] = Object.keys(flavours).flatMap((name) => [name, backported(name)]);

/** What a user means by the name of a kernel: a flavour, a package or a release such as `6.1.0-44-amd64`. */
export function archiveKernel(name: string, architecture: Architecture): ArchiveKernel {
  for (const [flavour, prefix] of Object.entries(flavours)) {
    if (name === flavour || name === backported(flavour))
      return { name, packageName: `linux-image-${prefix}${architecture}`, isOfBackports: name !== flavour };
  }
  return { name, packageName: name.startsWith("linux-image-") ? name : `linux-image-${name}`, isOfBackports: false };
}

function backported(flavour: string): string {
  return flavour === "generic" ? "backports" : `${flavour}-backports`;
}
