import { createHash } from "node:crypto";
import type { Image } from "../../image/types.ts";

/** What tells a guest at its first boot who may log in: a disk for cloud-init, or nothing. */
export type SeedKind = "nocloud" | "config_drive" | "none";

/** A kernel that QEMU starts itself, past the image's boot loader. */
export interface DirectKernel {
  /** What `uname -r` should say, else the name of its file. */
  readonly name: string;
  readonly path: string;
  readonly initrd: string | undefined;
  readonly commandLine: string;
  /** Identifies kernel and initrd by their content. */
  readonly digest: string;
}

/** How a first login works on an image that is given no seed: the account must be there already. */
export interface OwnLogin {
  readonly privateKey?: string;
  readonly password?: string;
}

/** How an image is started and how assay gets in. */
export interface BootWay {
  readonly seed: SeedKind;
  /** cloud-config that is joined with assay's own. */
  readonly userData: Readonly<Record<string, unknown>>;
  /** Ignition's configuration for the account, through QEMU's fw_cfg device. */
  readonly hasIgnition: boolean;
  /** Undefined: the image's own boot loader starts the image's own kernel. */
  readonly kernel: DirectKernel | undefined;
  /** Size of the disk the guest sees, where it is not the image's own. */
  readonly diskBytes: number | undefined;
  /** Undefined where seed or Ignition make the account. */
  readonly login: OwnLogin | undefined;
}

/** An image with the way it is booted. */
export interface BootableImage extends Image {
  readonly way: BootWay;
}

/** Tells ways apart from which different templates come; undefined for the usual one. */
export function wayKey({ diskBytes, hasIgnition, kernel, seed, userData }: BootWay): string | undefined {
  const differences = {
    ...(seed === "nocloud" ? {} : { seed }),
    ...(Object.keys(userData).length === 0 ? {} : { userData }),
    ...(hasIgnition ? { hasIgnition } : {}),
    ...(diskBytes === undefined ? {} : { diskBytes }),
    ...(kernel === undefined ? {} : { kernel: kernel.digest, commandLine: kernel.commandLine }),
  };
  if (Object.keys(differences).length === 0) return undefined;
  return createHash("sha256").update(JSON.stringify(differences)).digest("hex").slice(0, 20);
}
