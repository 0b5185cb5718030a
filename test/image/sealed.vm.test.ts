import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadRecipe } from "../../packages/assay/src/image/recipe.ts";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";

// Nothing is booted here; the file needs the built image, which only the runs with guests have.
const run = promisify(execFile);
let folder = "";
let disk = "";

beforeAll(async () => {
  const image = await resolveImage("debian-12");
  folder = await mkdtemp(join(tmpdir(), "assay-sealed-"));
  disk = join(folder, "disk.raw");
  await run("qemu-img", ["convert", "-O", "raw", image.path, disk]);
}, 900_000);

afterAll(async () => rm(folder, { recursive: true, force: true }));

/** Looks into the root file system, which begins after the 4 MiB of the loader and the ESP. */
const debugfs = async (command: string): Promise<string> => {
  const { efiPartitionSizeMiB } = await loadRecipe("debian-12");
  const offset = (4 + efiPartitionSizeMiB) * 2 ** 20;
  const { stdout, stderr } = await run("debugfs", ["-R", command, `${disk}?offset=${offset}`]);
  return `${stdout}${stderr.replace(/^debugfs .*\n/, "")}`;
};
const read = (path: string): Promise<string> => debugfs(`cat ${path}`);
const names = async (path: string): Promise<readonly string[]> =>
  (await debugfs(`ls -p ${path}`))
    .split("\n")
    .flatMap((line) => line.split("/")[5] ?? [])
    .filter((name) => !/^\.*$/.test(name));

test("the image has no host keys", async () => {
  const found = await names("/etc/ssh");
  expect(found).toContain("sshd_config");
  expect(found.filter((name) => name.startsWith("ssh_host_"))).toEqual([]);
});

test("the machine-id is there and empty", async () => {
  expect(await debugfs("stat /etc/machine-id")).toMatch(/Type: regular[\s\S]*Size: 0\b/);
  expect(await names("/var/lib/dbus")).not.toContain("machine-id");
});

test("no account has a password", async () => {
  const accounts = (await read("/etc/shadow"))
    .trimEnd()
    .split("\n")
    .map((line) => line.split(":"));
  expect(accounts.length).toBeGreaterThan(15);
  expect(accounts.filter(([, password]) => !/^[!*]+$/.test(password ?? ""))).toEqual([]);
});

test("nobody's history, keys or home remain", async () => {
  expect(await names("/home")).toEqual([]);
  expect((await names("/root")).toSorted()).toEqual([".bashrc", ".profile"]);
});

test("the package caches and lists are empty", async () => {
  const empty = ["lock", "partial"];
  expect((await names("/var/lib/apt/lists")).toSorted()).toEqual(empty);
  expect(await names("/var/lib/apt/lists/partial")).toEqual([]);
  expect(await names("/var/cache/apt")).toEqual(["archives"]);
  expect((await names("/var/cache/apt/archives")).toSorted()).toEqual(empty);
  expect(await names("/tmp")).toEqual([]);
  expect(await names("/var/tmp")).toEqual([]);
});

test("settings that only served the build are gone", async () => {
  expect(await names("/etc/apt/apt.conf.d")).not.toContain("99mmdebstrap");
  expect(await names("/etc/dpkg/dpkg.cfg.d")).not.toContain("99mmdebstrap");
  expect(await names("/etc/initramfs-tools/conf.d")).not.toContain("root-type");
});

test("files belong to root and programs keep their rights", async () => {
  expect(await debugfs("stat /etc/passwd")).toMatch(/User: +0 +Group: +0 /);
  expect(await debugfs("stat /usr/bin/sudo")).toMatch(/Mode: +04755/);
});

test("the boot menu finds the root by its identifier and talks to the serial console", async () => {
  const menu = await read("/boot/grub/grub.cfg");
  const root = /root=UUID=([0-9a-f-]{36})/.exec(menu)?.[1] ?? "none";
  expect(await read("/etc/fstab")).toContain(`UUID=${root} / ext4`);
  expect(menu).toContain("console=ttyS0,115200");
  expect(menu).toContain("terminal_output console serial");
});

test("packages come from the mirror the image was built from, checked by Debian's keys", async () => {
  expect(await names("/etc/apt/sources.list.d")).toEqual(["debian.sources"]);
  expect(await read("/etc/apt/sources.list.d/debian.sources")).toContain("Signed-By: /usr/share/keyrings/");
});
