import { mkdtemp, readdir, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import type { Image } from "../../packages/assay/src/image/types.ts";
import { templatesFolder } from "../../packages/assay/src/platforms/qemu/template/template-store.ts";
import { type Guests, openGuests } from "./guests.ts";

let cache: string;
let image: Image;
beforeAll(async () => {
  image = await resolveImage(process.env.ASSAY_TEST_IMAGE ?? "debian-12");
  cache = await mkdtemp(join(tmpdir(), "assay-template-test-"));
  vi.stubEnv("ASSAY_CACHE", cache);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

const boots = ({ progress }: Guests) => progress.filter(({ detail }) => detail?.startsWith("frozen") === true).length;
const templates = () => readdir(templatesFolder());

async function forksWork(guests: Guests): Promise<boolean> {
  await using fork = await guests.deploy("probe");
  return (await fork.nodes[0].run(["true"])).exitCode === 0;
}

test("two runs at once share one boot, and the damaged template is made anew", async () => {
  await using one = await openGuests({ image });
  await using two = await openGuests({ image });
  await Promise.all([one.prepare(), two.prepare()]);
  expect(boots(one) + boots(two)).toBe(1);
  const [key, ...others] = await templates();
  expect(others).toEqual([]);
  expect(await forksWork(one)).toBe(true);
  expect(await forksWork(two)).toBe(true);

  const state = join(templatesFolder(), key ?? "", "device-state");
  await truncate(state, (await stat(state)).size - 1);
  await using three = await openGuests({ image });
  await three.prepare();
  expect(boots(three)).toBe(1);
  expect(await templates()).toEqual([key]);
  expect(await forksWork(three)).toBe(true);
  expect(await readdir(join(cache, "machines"))).toEqual([]);
});
