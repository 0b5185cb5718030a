import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import type { Image } from "../../packages/assay/src/image/types.ts";
import { templatesFolder } from "../../packages/assay/src/platforms/qemu/template/template-store.ts";
import { type Guests, openGuests } from "./guests.ts";

let cache: string;
let image: Image;
beforeAll(async () => {
  image = await resolveImage(process.env.ASSAY_TEST_IMAGE ?? "debian-12");
  // The usual template is there, or other tests need it as well; a copy of it is what gets damaged here.
  await using guests = await openGuests({ image });
  await guests.prepare();
  const usual = await usualTemplate();
  cache = await mkdtemp(join(tmpdir(), "assay-template-test-"));
  vi.stubEnv("ASSAY_CACHE", cache);
  await mkdir(templatesFolder(), { recursive: true });
  await promisify(execFile)("cp", ["-a", usual, templatesFolder()]);
  // Those who fork the original do not fork the copy.
  const copy = join(templatesFolder(), basename(usual));
  for (const name of await readdir(copy)) if (name.startsWith("in-use-")) await rm(join(copy, name));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

/** Folder of the template with the usual hardware that was used last. */
async function usualTemplate(): Promise<string> {
  const found: { readonly folder: string; readonly usedAtMs: number }[] = [];
  for (const name of await readdir(templatesFolder())) {
    const folder = join(templatesFolder(), name);
    const description = join(folder, "template.json");
    const { inputs } = JSON.parse(await readFile(description, "utf8").catch(() => "{}"));
    if (inputs?.imageDigest !== image.digest || inputs.firstContact !== "agent") continue;
    const { cores, memoryMb, hasPrivateNic, way, hardware, isSecureBoot, hasTpm } = inputs;
    const isUsual = [hasPrivateNic, way, hardware, isSecureBoot, hasTpm].every((own) => own === undefined);
    if (isUsual && cores === 2 && memoryMb === 1024)
      found.push({ folder, usedAtMs: (await stat(description)).mtimeMs });
  }
  const [last] = found.sort((one, other) => other.usedAtMs - one.usedAtMs);
  if (last === undefined) throw new Error("There is no usual template after it was made.");
  return last.folder;
}

const boots = ({ progress }: Guests) => progress.filter(({ detail }) => detail?.startsWith("frozen") === true).length;
const templates = () => readdir(templatesFolder());

async function forksWork(guests: Guests): Promise<boolean> {
  await using fork = await guests.deploy("probe");
  return (await fork.nodes[0].run(["true"])).exitCode === 0;
}

/** What an assay does that needs all the room for a template of its own, in a process of its own. */
async function evictOthers(): Promise<void> {
  const store = join(import.meta.dirname, "../../packages/assay/src/platforms/qemu/template/template-store.ts");
  const own = { key: "another", folder: join(cache, "another"), inputs: { firmware: "" } };
  const script = `const { pruneTemplates } = await import(${JSON.stringify(store)});
await pruneTemplates(${JSON.stringify(own)}, 0);`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
}

test("a template stays while two runs fork it, and is made anew once for both when it is damaged", async () => {
  const [key = ""] = await templates();
  await using one = await openGuests({ image });
  await using two = await openGuests({ image });
  await Promise.all([one.prepare(), two.prepare()]);
  expect(boots(one) + boots(two)).toBe(0);
  expect(await forksWork(one)).toBe(true);
  await evictOthers();
  expect(await templates()).toEqual([key]);
  expect(await forksWork(two)).toBe(true);

  const state = join(templatesFolder(), key, "device-state");
  await truncate(state, Math.floor((await stat(state)).size / 2));
  expect(await Promise.all([forksWork(one), forksWork(two)])).toEqual([true, true]);
  expect(boots(one) + boots(two)).toBe(1);
  expect(await templates()).toEqual([key]);
  expect(await readdir(join(cache, "machines"))).toEqual([]);

  await using three = await openGuests({ image });
  await three.prepare();
  expect(boots(three)).toBe(0);
});
