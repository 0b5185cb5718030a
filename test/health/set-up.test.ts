import { readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { adoptSetUp, BASICS, freshCheckout } from "./checkout.ts";

/** The user 'nobody' of Debian's base-passwd: no root, no sudo. */
const NOBODY = 65_534;
const OLD_NODE = "#!/bin/sh\necho v12.22.12\n";
const MUST_NOT_RUN = '#!/bin/sh\necho "$0 was called with $*" >&2\nexit 97\n';
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

test("an old Node on the PATH: Node and the locked packages are brought, a second run finds nothing missing", async () => {
  await using checkout = await freshCheckout();
  const old = await checkout.programs([], {
    node: '#!/bin/sh\n[ "$1" = --version ] && echo v12.22.12 && exit\nexit 97\n',
  });
  // npm itself still runs on the Node that this test runs on, as a machine's own npm does on its own Node.
  const npm = await checkout.programs([], { npm: `#!/bin/sh\nPATH="${SYSTEM_PATH}" exec npm "$@"\n` });
  const path = `${old}:${npm}:${SYSTEM_PATH}`;

  const first = await checkout.run("script/bootstrap", ["node"], { path });
  expect(first.stderr).toContain("the system's is: v12.22.12");
  expect(first).toMatchObject({ exitCode: 0, stdout: "" });
  const version = await checkout.run(".node/bin/node", ["--version"], { path });
  expect(version.stdout).toMatch(/^v(2[4-9]|[3-9]\d)\./);
  expect((await stat(join(checkout.folder, "node_modules", "commander"))).isDirectory()).toBe(true);
  expect(await readdir(join(checkout.folder, ".cache"))).toEqual(["set-up.lock"]);

  const nothing = await checkout.programs(BASICS, { npm: MUST_NOT_RUN, "apt-get": MUST_NOT_RUN });
  const second = await checkout.run("script/bootstrap", ["node"], { path: nothing });
  expect(second.stderr).toMatch(/^set-up: nothing is missing \(0\.\d\d s\)\n$/);
  expect(second.exitCode).toBe(0);
});

test("a Node that is new enough is linked, not brought", async () => {
  await using checkout = await freshCheckout();
  await adoptSetUp(checkout);
  const programs = await checkout.programs(BASICS, {
    node: "#!/bin/sh\necho v24.99.0\n",
    npm: MUST_NOT_RUN,
    "apt-get": MUST_NOT_RUN,
  });
  await rm(join(checkout.folder, ".node"), { recursive: true });
  const ended = await checkout.run("script/bootstrap", ["node"], { path: programs });
  expect(ended.stderr).toContain("using the system's Node v24.99.0");
  expect(ended.exitCode).toBe(0);
});

test("without root and sudo it prints the one command and exits 3", async () => {
  await using checkout = await freshCheckout();
  await adoptSetUp(checkout);
  const programs = await checkout.programs(BASICS, { "apt-get": MUST_NOT_RUN });
  await checkout.giveTo(NOBODY);
  const ended = await checkout.run("script/bootstrap", ["run"], { path: programs, uid: NOBODY });
  expect(ended.stderr).toContain("Installing them needs root.");
  const commands = ended.stderr.split("\n").filter((line) => line.includes("apt-get install"));
  expect(commands).toHaveLength(1);
  expect(commands[0]).toMatch(/^ {2}su -c 'apt-get update && apt-get install .*qemu-system-x86 qemu-utils .*'$/);
  expect(ended).toMatchObject({ exitCode: 3, stdout: "" });
});

test("where neither Node nor npm is, npm is among the packages of the one command", async () => {
  await using checkout = await freshCheckout();
  const programs = await checkout.programs(BASICS, { "apt-get": MUST_NOT_RUN, sudo: "#!/bin/sh\nexit 1\n" });
  await checkout.giveTo(NOBODY);
  const ended = await checkout.run("assay", ["--help"], { path: programs, uid: NOBODY });
  expect(ended.stderr).toContain("  sudo sh -c 'apt-get update && apt-get install --yes --no-install-recommends npm'");
  expect(ended.exitCode).toBe(3);
});

test("as root, apt is asked for the missing packages only, and its failure is shown with what to do", async () => {
  await using checkout = await freshCheckout();
  await adoptSetUp(checkout);
  const programs = await checkout.programs([...BASICS, "qemu-system-x86_64", "mmdebstrap"], {
    "apt-get": '#!/bin/sh\necho "E: Unable to locate package for: $*"\nexit 100\n',
  });
  const ended = await checkout.run("script/bootstrap", ["run"], { path: programs });
  expect(ended.stderr).toContain("E: Unable to locate package");
  expect(ended.stderr).toContain("qemu-utils");
  expect(ended.stderr).not.toContain("qemu-system-x86 ");
  expect(ended.exitCode).toBe(3);
});

test("a package that changed since it was pinned is refused and nothing is left", async () => {
  await using checkout = await freshCheckout();
  const programs = await checkout.programs(BASICS, {
    node: OLD_NODE,
    // Called as `npm pack --ignore-scripts NAME@VERSION`: leaves an empty archive of the right name.
    npm: '#!/bin/sh\n: >"$(echo "$3" | sed s/@/-/).tgz"\n',
  });
  const ended = await checkout.run("script/bootstrap", ["node"], { path: programs });
  expect(ended.stderr).toContain("could not be brought");
  expect(ended.exitCode).toBe(3);
  expect(await readdir(checkout.folder)).not.toContain(".node");
});

test("the launcher works from elsewhere through links and gives the set-up's exit code on", async () => {
  await using checkout = await freshCheckout();
  await adoptSetUp(checkout);
  const elsewhere = await checkout.programs(BASICS, { "apt-get": MUST_NOT_RUN });
  await symlink(join(checkout.folder, "assay"), join(elsewhere, "first"));
  await symlink("first", join(elsewhere, "second"));
  const link = join(elsewhere, "second").slice(checkout.folder.length + 1);
  const ended = await checkout.run(link, ["image", "list"], { path: elsewhere });
  expect(ended.exitCode).toBe(3);
  expect(ended.stderr).toContain("set-up:");
});

test("an unknown argument is a usage error", async () => {
  await using checkout = await freshCheckout();
  const ended = await checkout.run("script/bootstrap", ["everything"], { path: SYSTEM_PATH });
  expect(ended.stderr).toContain("'everything'");
  expect(ended.exitCode).toBe(2);
});

test("no script names a registry host", async () => {
  const folder = join(import.meta.dirname, "..", "..", "script");
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    expect(await readFile(join(entry.parentPath, entry.name), "utf8")).not.toMatch(/https?:\/\//);
  }
});
