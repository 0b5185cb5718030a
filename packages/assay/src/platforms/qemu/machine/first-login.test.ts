import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LocalShell } from "../../../node/shell/local/local-shell.ts";
import type { BootWay } from "../boot-way.ts";
import { authorizeKey } from "./first-login.ts";

test("a key is added on a line of its own, also where the last line has no end", async () => {
  const home = await mkdtemp(join(tmpdir(), "assay-first-login-"));
  try {
    const keys = join(home, ".ssh/authorized_keys");
    await mkdir(join(home, ".ssh"));
    await mkdir(join(home, "bin"));
    await writeFile(join(home, "bin/sudo"), "#!/bin/sh\n", { mode: 0o700 });
    await writeFile(keys, "ssh-ed25519 AAAA of the image");
    const shell = new LocalShell();
    const env = { HOME: home, PATH: `${join(home, "bin")}:${process.env.PATH}` };
    const run: LocalShell["run"] = (command, options) => shell.run(command, { ...options, env });
    const way = { login: { password: "secret" } } as Partial<BootWay> as BootWay;
    const guest = { run } as Partial<LocalShell> as LocalShell;
    await authorizeKey(guest, way, { publicKey: "ssh-ed25519 BBBB assay" }, new AbortController().signal);
    const lines = (await readFile(keys, "utf8")).split("\n");
    expect(lines).toEqual(["ssh-ed25519 AAAA of the image", "ssh-ed25519 BBBB assay", ""]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
