import type { FileHandle } from "node:fs/promises";
import { Writable } from "node:stream";

/** Blocks smaller than this are not worth a hole: file systems give room in pages of 4 KiB. */
const blockBytes = 65_536;
const zeros = Buffer.alloc(blockBytes);

/**
 * Writes a stream into an empty file and leaves holes where it is zero, so that an image of a mostly empty disk takes
 * the room of what is in it. The file has its full size when the stream has finished.
 */
export function sparseFile(file: FileHandle): Writable {
  let at = 0;
  return new Writable({
    async write(chunk: Buffer, _encoding, done) {
      try {
        for (let from = 0; from < chunk.length; from += blockBytes) {
          const block = chunk.subarray(from, from + blockBytes);
          if (!block.equals(zeros.subarray(0, block.length))) await file.write(block, 0, block.length, at);
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
