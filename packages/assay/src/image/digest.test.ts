import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { rememberedDigest } from "./digest.ts";

const digestOfHello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const digestOfHello2 = "87298cc2f31fba73181ea2a9e6ef10dce21ed95e98bdac9c4e1504ea16f486e4";
let folder = "";
let file = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-digest-"));
  file = join(folder, "disk.raw");
  vi.stubEnv("ASSAY_CACHE", join(folder, "cache"));
  await writeFile(file, "hello");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** The file in which the digest of `file` is remembered. */
const record = async (): Promise<string> => {
  const digests = join(folder, "cache", "digests");
  const names = await readdir(digests);
  expect(names).toHaveLength(1);
  return join(digests, names[0] ?? "");
};

test("an unchanged file is not read again", async () => {
  expect(await rememberedDigest(file)).toBe(digestOfHello);
  const path = await record();
  // A planted answer shows where the second one comes from.
  await writeFile(path, (await readFile(path, "utf8")).replace(digestOfHello, "planted"));
  expect(await rememberedDigest(file)).toBe("planted");
});

test("a changed file is read again", async () => {
  await rememberedDigest(file);
  await appendFile(file, "2");
  expect(await rememberedDigest(file)).toBe(digestOfHello2);
});

test("a broken memory is no obstacle", async () => {
  await rememberedDigest(file);
  await writeFile(await record(), "{");
  expect(await rememberedDigest(file)).toBe(digestOfHello);
});

test("a cache that cannot be written is no obstacle", async () => {
  vi.stubEnv("ASSAY_CACHE", "/dev/null/cache");
  expect(await rememberedDigest(file)).toBe(digestOfHello);
});
