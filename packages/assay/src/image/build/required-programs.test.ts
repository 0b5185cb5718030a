import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { requirePrograms } from "./required-programs.ts";

let path = "";
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "assay-programs-"));
  for (const name of PRESENT) await provide(name, "exit 0");
  await symlink("/usr/bin/setpriv", join(path, "setpriv"));
});
afterEach(() => rm(path, { recursive: true, force: true }));

const PRESENT = "apt-get mcopy mformat mke2fs mmd mmdebstrap qemu-img fakeroot tar newuidmap".split(" ");

async function provide(name: string, script: string): Promise<void> {
  await writeFile(join(path, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(path, name), 0o755);
}

const on = (own: "amd64" | "arm64") => ({ own, path });

test("a machine's own architecture needs no emulation", async () => {
  await requirePrograms("amd64", undefined, on("amd64"));
  await requirePrograms("arm64", undefined, on("arm64"));
});

test("what is missing is named with the one command that brings it", async () => {
  await Promise.all(["mcopy", "mmd", "mke2fs"].map((name) => rm(join(path, name))));
  await expect(requirePrograms("amd64", undefined, on("amd64"))).rejects.toMatchObject({
    message: "Building an image needs programs this machine lacks: mcopy, mke2fs, mmd.",
    help: "Install them with: sudo apt-get install e2fsprogs mtools",
  });
});

test("another architecture needs the program that tells whether it runs, and all that makes it run", async () => {
  await expect(requirePrograms("arm64", undefined, on("amd64"))).rejects.toMatchObject({
    message: "Building an image needs programs this machine lacks: arch-test.",
    help: "Install them with: sudo apt-get install arch-test binfmt-support qemu-user-static",
  });
});

test("where that program says no, the emulator is named, and how the kernel is told of it", async () => {
  await provide("arch-test", '[ "$1" = amd64 ]');
  await requirePrograms("amd64", undefined, on("arm64"));
  await expect(requirePrograms("arm64", undefined, on("amd64"))).rejects.toMatchObject({
    message: "This machine does not run programs of arm64, as an image of it needs while it is built.",
    help: expect.stringMatching(/apt-get install binfmt-support qemu-user-static\. .* --enable qemu-aarch64 /),
  });
  await rm(join(path, "mcopy"));
  await expect(requirePrograms("arm64", undefined, on("amd64"))).rejects.toMatchObject({
    message: expect.stringMatching(/built, and it lacks: mcopy\.$/),
    help: expect.stringContaining("apt-get install binfmt-support mtools qemu-user-static."),
  });
});
