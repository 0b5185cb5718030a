import type { FileHandle } from "node:fs/promises";
import { Writable } from "node:stream";

/** Blocks smaller than this are not worth a hole: file systems give room in pages of 4 KiB. */
const blockBytes = 65_536;
const zeros = Buffer.alloc(blockBytes);

/**
 * Writes a stream into an empty file and leaves holes where it is zero, so that an image of a mostly empty disk takes
 * the room of what is in it. The file has its full size when the stream has finished.
 */
export function sparseFile(file: Pick<FileHandle, "truncate" | "write">): Writable {
  let at = 0;
  return new Writable({
    async write(chunk: Buffer, _encoding, done) {
      try {
        for (let from = 0; from < chunk.length; from += blockBytes) {
          const block = chunk.subarray(from, from + blockBytes);
          if (!block.equals(zeros.subarray(0, block.length))) await writeWhole(file, block, at);
          at += block.length;
        }
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
    final(done) {
      file.truncate(at).then(() => done(), done);
    },
  });
}

/** On a disk that is nearly full the system writes a part and says so; only the next attempt fails. */
async function writeWhole(file: Pick<FileHandle, "write">, block: Buffer, at: number): Promise<void> {
  for (let written = 0; written < block.length; )
    written += (await file.write(block, written, block.length - written, at + written)).bytesWritten;
}
