import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markUsed, removeUnused } from "./unused-folders.ts";

test("folders that were not used for a month go, files and the others stay", async () => {
  const root = await mkdtemp(join(tmpdir(), "assay-unused-"));
  try {
    const longAgo = new Date(Date.now() - 31 * 86_400_000);
    for (const name of ["old", "marked", "new"]) await mkdir(join(root, name, "content"), { recursive: true });
    await writeFile(join(root, "record.json"), "{}");
    for (const name of ["old", "marked", "record.json"]) await utimes(join(root, name), longAgo, longAgo);
    await markUsed(join(root, "marked"));
    await markUsed(join(root, "missing"));
    await removeUnused(root);
    expect((await readdir(root)).toSorted()).toEqual(["marked", "new", "record.json"]);
    await removeUnused(join(root, "missing"));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
