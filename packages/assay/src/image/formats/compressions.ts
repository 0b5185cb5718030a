import type { ImageFile } from "./image-file.ts";

/** A way in which images are packed for the way, and the program that unpacks it from standard input to output. */
export interface Compression {
  readonly name: string;
  readonly magic: Buffer;
  readonly program: string;
  readonly args: readonly string[];
}

/** `--long=31` lets zstd unpack what was packed with the largest window there is. */
const compressions: readonly Compression[] = [
  { name: "gzip", magic: Buffer.from("1f8b08", "hex"), program: "gzip", args: ["-dc"] },
  { name: "xz", magic: Buffer.from("fd377a585a00", "hex"), program: "xz", args: ["-dc", "-T0"] },
  { name: "zstd", magic: Buffer.from("28b52ffd", "hex"), program: "zstd", args: ["-dcq", "--long=31"] },
  { name: "bzip2", magic: Buffer.from("425a68", "hex"), program: "bzip2", args: ["-dc"] },
];

/** How the file is packed, by its first bytes; undefined when it is not. */
export async function compressionOf(file: ImageFile): Promise<Compression | undefined> {
  const start = await file.peek(0, 8);
  return compressions.find(({ magic }) => start.subarray(0, magic.length).equals(magic));
}
