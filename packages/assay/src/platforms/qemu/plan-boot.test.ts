import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bootable, planBoot } from "./plan-boot.ts";
import { parseQemuSettings } from "./settings.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-plan-boot-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const plan = async (section: Readonly<Record<string, unknown>>, account = {}) =>
  planBoot(parseQemuSettings(section).boot, account, folder);
const withUserData = (paths: unknown) => plan({ cloud_init: { extra_user_data: paths } });

test("without keys an image gets a NoCloud seed and its own kernel", async () => {
  expect(await plan({})).toEqual({
    seed: "nocloud",
    hasIgnition: false,
    userData: {},
    kernel: undefined,
    diskBytes: undefined,
    login: undefined,
  });
});

test("files of user data are joined in their order", async () => {
  await writeFile(join(folder, "one.yml"), "#cloud-config\nruncmd: [date]\ntimezone: UTC\n");
  await writeFile(join(folder, "two.yml"), "runcmd: [id]\ntimezone: Asia/Tokyo\n");
  expect((await withUserData(["one.yml", "two.yml"])).userData).toEqual({
    runcmd: ["date", "id"],
    timezone: "Asia/Tokyo",
  });
  expect((await withUserData("one.yml")).userData).toEqual({ runcmd: ["date"], timezone: "UTC" });
  expect((await withUserData("")).userData).toEqual({});
});

test.for([
  ["missing.yml", undefined, "cannot be read"],
  ["script.yml", "#!/bin/sh\ndate\n", "is no cloud-config: it begins with '#!/bin/sh'"],
  ["broken.yml", "a: [1\n", "is not valid YAML"],
  ["list.yml", "- a\n", "is no mapping"],
] as const)("user data that do not hold: %s", async ([name, text, message]) => {
  if (text !== undefined) await writeFile(join(folder, name), text);
  await expect(withUserData([name])).rejects.toMatchObject({
    name: "UsageError",
    message: expect.stringContaining(message),
  });
});

test("Ignition takes the place of the seed, unless both are asked for", async () => {
  expect(await plan({ ignition: true })).toMatchObject({ seed: "none", hasIgnition: true, login: undefined });
  expect(await plan({ ignition: true, seed: "nocloud" })).toMatchObject({ seed: "nocloud", hasIgnition: true });
  await expect(plan({ ignition: true, cloud_init: { extra_user_data: "a.yml" } })).rejects.toThrow(
    "'platform.qemu.cloud_init' has no effect with 'ignition: true'.",
  );
});

test("without a seed the account of the runbook is used", async () => {
  await writeFile(join(folder, "key"), "KEY");
  const account = { privateKeyFile: join(folder, "key"), password: "word" };
  expect((await plan({ seed: "none" }, account)).login).toEqual({ privateKey: "KEY", password: "word" });
  await expect(plan({ seed: "none" })).rejects.toThrow("needs an account that it holds already");
  await expect(plan({ seed: "none" }, { privateKeyFile: join(folder, "none") })).rejects.toThrow("cannot be read");
});

test("a disk grows and never shrinks", async () => {
  const image = { name: "a", path: "/a", format: "raw", digest: "0", virtualSizeBytes: 8 * 2 ** 30 } as const;
  expect(bootable(image, await plan({})).virtualSizeBytes).toBe(8 * 2 ** 30);
  expect(bootable(image, await plan({ disk_img_resize_gib: "20" })).virtualSizeBytes).toBe(20 * 2 ** 30);
  const small = await plan({ disk_img_resize_gib: 4 });
  expect(() => bootable(image, small)).toThrow("'disk_img_resize_gib' asks for a disk of 4 GiB, and 'a' has 8 GiB.");
});
