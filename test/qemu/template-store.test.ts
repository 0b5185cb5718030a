import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  findTemplate,
  placeTemplate,
  pruneTemplates,
  type Template,
  type TemplateFacts,
  TemplateFile,
  templatesFolder,
} from "../../packages/assay/src/platforms/qemu/template/template-store.ts";

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "assay-templates-"));
  vi.stubEnv("ASSAY_CACHE", cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

const FILE_BYTES = 1024 * 1024;

function factsOf(imageName: string, qemuVersion = "7.2"): TemplateFacts {
  return {
    inputs: {
      format: 1,
      imageDigest: `digest of ${imageName}`,
      firmware: "uefi 1",
      qemuVersion,
      accelerator: "tcg",
      processor: "emulated",
      username: "assay",
      firstContact: "agent",
      cores: 1,
      memoryMb: 512,
    },
    imageName,
    privateKey: "private",
    publicKey: "public",
    hostKey: "SHA256:x",
    agents: undefined,
    bootMs: 1,
    buildMs: 1,
    createdAt: "2026-01-01T00:00:00Z",
  };
}

/** A template of one mebibyte, last used `daysAgo`. */
async function place(key: string, daysAgo: number, facts = factsOf(key)): Promise<Template> {
  const draft = await mkdtemp(join(cache, "draft-"));
  for (const file of Object.values(TemplateFile)) await writeFile(join(draft, file), "x");
  await writeFile(join(draft, TemplateFile.memory), Buffer.alloc(FILE_BYTES, 1));
  const placed = await placeTemplate(draft, key, facts);
  const usedAt = new Date(Date.now() - daysAgo * 86_400_000);
  await utimes(join(placed.folder, "template.json"), usedAt, usedAt);
  return placed;
}

const kept = async () => (await readdir(templatesFolder())).toSorted();

test("over the bound the longest unused templates go first, never the one in use", async () => {
  await place("oldest", 9);
  await place("older", 5);
  await place("recent", 1);
  const current = await place("current", 0);
  await pruneTemplates(current, 3.5 * FILE_BYTES);
  expect(await kept()).toEqual(["current", "older", "recent"]);
  await pruneTemplates(current, 0);
  expect(await kept()).toEqual(["current"]);
});

test("use makes a template young again", async () => {
  await place("used", 9);
  await place("idle", 5);
  const current = await place("current", 0);
  await findTemplate("used");
  await pruneTemplates(current, 2.5 * FILE_BYTES);
  expect(await kept()).toEqual(["current", "used"]);
});

test("a template whose inputs have changed goes, however much room there is", async () => {
  await place("before", 1, factsOf("debian", "7.2"));
  await place("other-image", 1, factsOf("ubuntu", "7.2"));
  const current = await place("after", 0, factsOf("debian", "8.0"));
  await pruneTemplates(current, Number.POSITIVE_INFINITY);
  expect(await kept()).toEqual(["after", "other-image"]);
});

test("what a crash left half removed or without a description goes too", async () => {
  const current = await place("current", 0);
  await mkdir(join(templatesFolder(), ".trash-1"));
  await mkdir(join(templatesFolder(), "half"));
  await pruneTemplates(current, Number.POSITIVE_INFINITY);
  expect(await kept()).toEqual(["current"]);
});
