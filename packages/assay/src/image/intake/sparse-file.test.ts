import { randomBytes } from "node:crypto";
import { mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";
import { sparseFile } from "./sparse-file.ts";

test("what the system writes in parts is written whole, and zeros leave holes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-sparse-"));
  try {
    const path = join(folder, "disk");
    await using file = await open(path, "wx");
    const content = Buffer.concat([
      randomBytes(100_000),
      Buffer.alloc(2 ** 20),
      randomBytes(10),
      Buffer.alloc(2 ** 20),
    ]);
    const reluctant = {
      truncate: (size?: number) => file.truncate(size),
      write: (bytes: Buffer, from: number, length: number, at: number) =>
        file.write(bytes, from, Math.min(length, 30_000), at),
    };
    await pipeline(Readable.from([content]), sparseFile(reluctant as unknown as typeof file));
    expect((await readFile(path)).equals(content)).toBe(true);
    expect((await stat(path)).blocks * 512).toBeLessThan(2 ** 19);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
