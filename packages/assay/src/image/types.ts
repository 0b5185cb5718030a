import type { ProcessorName } from "./architecture.ts";

/** Disk formats assay boots, by the names QEMU gives them (`vpc` is the VHD of Virtual PC and Azure). */
export type ImageFormat = "qcow2" | "raw" | "vpc" | "vhdx" | "vmdk";

/** A disk image that exists and was looked into. Assay never writes to `path`. */
export interface Image {
  /** What the user called it: the name of a recipe, else the file's own name. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  readonly format: ImageFormat;
  /** SHA-256 of the file's content, in hex. Two paths with one digest hold the same image. */
  readonly digest: string;
  /** Size of the disk the guest sees, in bytes. */
  readonly virtualSizeBytes: number;
  /** Of the machine it needs, where its recipe says it; undefined for an image that nobody described. */
  readonly architecture?: ProcessorName;
  /** The checksum that the file was found to have, and who says so; undefined when nobody gave one. */
  readonly checksum?: string;
}

/** One step of getting an image ready; sent when it starts and, with `elapsedMs`, when it is over. */
export interface ImageProgress {
  readonly step: string;
  readonly detail?: string;
  readonly elapsedMs?: number;
}

/** What every long image operation takes. */
export interface ImageOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (step: ImageProgress) => void;
}
