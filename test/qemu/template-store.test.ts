import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
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
import { useTemplate } from "../../packages/assay/src/platforms/qemu/template/template-use.ts";

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

/** Changes the content of a file and nothing that a look at its folder would show. */
async function change(path: string, edit: (content: string) => string): Promise<void> {
  const { atime, mtime } = await stat(path);
  await writeFile(path, edit(await readFile(path, "latin1")), "latin1");
  await utimes(path, atime, mtime);
}

const DAMAGES: readonly (readonly [what: string, damage: (folder: string) => Promise<void>])[] = [
  ["the memory file cut", (folder) => truncate(join(folder, TemplateFile.memory), FILE_BYTES / 2)],
  ["the memory file written to", (folder) => writeFile(join(folder, TemplateFile.memory), Buffer.alloc(FILE_BYTES))],
  ["the memory file gone", (folder) => rm(join(folder, TemplateFile.memory))],
  ["the device state cut", (folder) => truncate(join(folder, TemplateFile.deviceState), 0)],
  ["a byte of the device state turned", (folder) => change(join(folder, TemplateFile.deviceState), () => "y")],
  ["the disk gone", (folder) => rm(join(folder, TemplateFile.disk))],
  ["the empty overlay gone", (folder) => rm(join(folder, TemplateFile.emptyOverlay))],
  [
    "another file in place of the overlay",
    (folder) => copyFile("/etc/passwd", join(folder, TemplateFile.emptyOverlay)),
  ],
  ["the variable store gone", (folder) => rm(join(folder, TemplateFile.variables))],
  ["the description cut", (folder) => truncate(join(folder, "template.json"), 100)],
  ["the description empty", (folder) => truncate(join(folder, "template.json"), 0)],
  ["the description not JSON", (folder) => change(join(folder, "template.json"), (text) => text.replace("{", "["))],
  ["another JSON", (folder) => writeFile(join(folder, "template.json"), "null")],
  [
    "a key of the description changed",
    (folder) => change(join(folder, "template.json"), (text) => text.replace("private", "privite")),
  ],
  [
    "a number of the description changed",
    (folder) => change(join(folder, "template.json"), (text) => text.replace(/"bootMs": 1/, '"bootMs": 2')),
  ],
  ["the description gone", (folder) => rm(join(folder, "template.json"))],
];

test.for(DAMAGES)("a template with %s is found out and taken away, and another takes its place", async ([, damage]) => {
  const sound = await place("template", 0);
  expect(await findTemplate("template")).toMatchObject({ privateKey: "private" });
  await damage(sound.folder);
  expect(await findTemplate("template")).toBeUndefined();
  expect(await readdir(templatesFolder())).toEqual([]);
  await place("template", 0);
  expect(await findTemplate("template")).toMatchObject({ privateKey: "private" });
});

test("a template that another assay forks stays whatever is wanted of its room, until that assay lets go", async () => {
  const used = await place("used", 9);
  const current = await place("current", 0);
  const [one, two] = [await useTemplate(used.folder), await useTemplate(used.folder)];
  await pruneTemplates(current, 0);
  expect(await kept()).toEqual(["current", "used"]);
  expect(await findTemplate("used")).toMatchObject({ imageName: "used" });
  await one[Symbol.asyncDispose]();
  await pruneTemplates(current, 0);
  expect(await kept()).toEqual(["current", "used"]);
  await two[Symbol.asyncDispose]();
  await pruneTemplates(current, 0);
  expect(await kept()).toEqual(["current"]);
});

test("a template that a killed assay forked can be taken away", async () => {
  const used = await place("used", 9);
  const current = await place("current", 0);
  const module = join(import.meta.dirname, "../../packages/assay/src/platforms/qemu/template/template-use.ts");
  const script = `const { useTemplate } = await import(${JSON.stringify(module)});
await useTemplate(${JSON.stringify(used.folder)}); console.log("used"); setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(other, "exit");
  await once(other.stdout, "data");
  await pruneTemplates(current, 0);
  expect(await kept()).toEqual(["current", "used"]);
  other.kill("SIGKILL");
  await ended;
  await pruneTemplates(current, 0);
  expect(await kept()).toEqual(["current"]);
});
