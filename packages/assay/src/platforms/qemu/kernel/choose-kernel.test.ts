import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseQemuSettings } from "../settings.ts";
import { chooseKernel } from "./choose-kernel.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-choose-kernel-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const choose = (section: Readonly<Record<string, unknown>>) => chooseKernel(parseQemuSettings(section).boot);
const write = async (name: string, content: string | Buffer): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

test("an image is booted as it is unless something is asked for", async () => {
  expect(await choose({})).toBeUndefined();
  expect(await choose({ kernel: "", initrd: "", cmdline: "" })).toBeUndefined();
});

test("parameters or an initial RAM disk alone go with the image's own kernel", async () => {
  const quiet = await choose({ cmdline: "quiet" });
  expect(quiet).toMatchObject({ source: { kind: "image" }, initrd: undefined, commandLine: "quiet" });
  const initrd = await write("initrd", "070701");
  const own = await choose({ initrd });
  expect(own).toMatchObject({ source: { kind: "image" }, initrd, commandLine: "" });
  expect(own?.digest).not.toBe(quiet?.digest);
});

test("what is chosen is identified by content, not by name", async () => {
  const [one, same, other] = [await write("a", "x"), await write("b", "x"), await write("c", "y")];
  const digests = await Promise.all([one, same, other].map(async (initrd) => (await choose({ initrd }))?.digest));
  expect(digests[0]).toBe(digests[1]);
  expect(digests[0]).not.toBe(digests[2]);
});

test("files that do not fit are refused before anything is started", async () => {
  const arm = Buffer.alloc(4096);
  arm.write("ARM\x64", 56, "latin1");
  await expect(choose({ kernel: await write("Image", arm) })).rejects.toThrow(
    "is for aarch64, and the machine is x86_64",
  );
  await expect(choose({ kernel: join(folder, "none") })).rejects.toThrow("There is no kernel file");
  await expect(choose({ initrd: join(folder, "none") })).rejects.toThrow("There is no initial RAM disk file");
});
