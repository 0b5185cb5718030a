import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installFromSource } from "../../packages/assay/src/transformers/kernel/source/install-from-source.ts";
import type { Inputs } from "../../packages/assay/src/transformers/transformer.ts";
import { openRemoteNode, type RemoteNode } from "./remote-node.ts";

let remote: RemoteNode;
let repo: string;

const git = (...args: readonly string[]): string =>
  execFileSync("git", ["-C", repo, "-c", "user.name=A B", "-c", "user.email=a@b", ...args], {
    encoding: "utf8",
  }).trim();

/** A repository that builds as a kernel does: the same targets, another product. */
beforeAll(async () => {
  remote = await openRemoteNode();
  await remote.program("apt-get", "exit 0");
  repo = join(remote.folder, "tree.git");
  mkdirSync(repo);
  git("init", "-q", "-b", "main");
  const installed = join(remote.folder, "installed");
  const makefile = `
all: ; cat source.c .config > vmlinuz
olddefconfig: ; echo CONFIG_NEW=y >> .config
kernelrelease: ; @echo 9.9.0-\`cat version\`
kernelversion: ; @echo 9.9.0
modules_install: ; test "$(INSTALL_MOD_STRIP)" = 1
install: ; mkdir -p ${installed} && cp vmlinuz ${installed}/
bindeb-pkg: ; touch ../linux-image-9.9.0.deb
`;
  writeFileSync(join(repo, "Makefile"), makefile);
  writeFileSync(join(repo, ".gitignore"), ".config\nvmlinuz\n");
  writeFileSync(join(repo, "source.c"), "one\n");
  writeFileSync(join(repo, "version"), "first");
  git("add", ".");
  git("commit", "-qm", "First");
  git("tag", "v1");
  writeFileSync(join(repo, "version"), "second");
  git("commit", "-qam", "Second");
  writeFileSync(join(remote.folder, "config"), "CONFIG_OLD=y\n");
  writeFileSync(join(remote.folder, "0001-two.patch"), "--- a/source.c\n+++ b/source.c\n@@ -1 +1 @@\n-one\n+two\n");
});
afterAll(() => remote[Symbol.asyncDispose]());

const install = (installer: Inputs) =>
  installFromSource({ kernel_config_file: "config", ...installer }, remote.node, {
    node: remote.node,
    connect: async () => remote.node,
    variables: new Map(),
    log: { info: (text) => remote.logged.push(text), warn: (text) => remote.logged.push(text) },
    logFolder: remote.folder,
    runbookFolder: remote.folder,
    signal: AbortSignal.timeout(60_000),
  });
const product = (): string => readFileSync(join(remote.folder, "installed/vmlinuz"), "utf8");

test("a repository is cloned at the wanted place, built and installed, and what was built is told", async () => {
  const { release, information } = await install({
    location: { type: "repo", repo, path: join(remote.folder, "work"), ref: "v1" },
  });
  expect(release).toBe("9.9.0-first");
  expect(product()).toBe("one\nCONFIG_OLD=y\nCONFIG_NEW=y\n");
  expect(information).toMatchObject({
    commit_id: git("rev-parse", "v1"),
    tag: "v1",
    git_repository_url: repo,
    latest_commit_subject: "First",
    architecture: expect.any(String),
  });
});

test("code that is there is brought to the newest state, and patches of this machine are applied anew each time", async () => {
  for (let count = 0; count < 2; count++) {
    const { release } = await install({
      location: { type: "repo", repo, path: join(remote.folder, "work"), ref: "main" },
      modifier: [{ type: "patch", local_patches: "*.patch" }],
    });
    expect(release).toBe("9.9.0-second");
    expect(product()).toContain("two\n");
  }
});

test("code that must not be there yet is told", async () => {
  mkdirSync(join(remote.folder, "taken/tree"), { recursive: true });
  const location = { type: "repo", repo, path: join(remote.folder, "taken"), fail_on_code_exists: true };
  await expect(install({ location })).rejects.toThrow(
    /taken\/tree' on 'node' exists, and 'fail_on_code_exists' is set/,
  );
});

test("patches of a repository are applied, and one that does not apply fails with what git says", async () => {
  const patches = join(remote.folder, "patches.git");
  mkdirSync(join(patches, "for-9"), { recursive: true });
  const inPatches = (...args: string[]) =>
    execFileSync("git", ["-C", patches, "-c", "user.name=A", "-c", "user.email=a@b", ...args]);
  inPatches("init", "-q", "-b", "main");
  for (const name of ["a", "b"]) {
    writeFileSync(join(patches, `for-9/${name}.patch`), readFileSync(join(remote.folder, "0001-two.patch")));
  }
  inPatches("add", ".");
  inPatches("commit", "-qm", "Patches");
  const location = { type: "repo", repo, path: join(remote.folder, "work") };
  const patch = { type: "patch", repo: patches, path: "for-9" };
  await install({ location, modifier: [{ ...patch, file_pattern: "a.*" }] });
  expect(product()).toContain("two\n");
  await expect(install({ location, modifier: [patch] })).rejects.toThrow(/patch does not apply/);
});

test("a worktree holds another repository's branch beside the code", async () => {
  const { release } = await install({
    location: {
      type: "worktree",
      repo,
      path: join(remote.folder, "work"),
      worktree_name: "other",
      worktree_repo: repo,
      worktree_ref: "v1",
    },
  });
  expect(release).toBe("9.9.0-first");
  expect(existsSync(join(remote.folder, "work/other/vmlinuz"))).toBe(true);
});

test("packages are built, kept, and taken from the cache the next time", async () => {
  const cache = join(remote.folder, "cache");
  const inputs = {
    location: { type: "repo", repo, path: join(remote.folder, "work"), ref: "main" },
    kernel_config_file: "config",
    use_cache: true,
    cache_destination: cache,
  };
  const first = await remote.run("kernel_source_packager", inputs);
  expect(first).toEqual({
    package_dir: join(cache, `${git("rev-parse", "main")}-9.9.0`),
    packages: ["linux-image-9.9.0.deb"],
  });
  expect(await remote.run("kernel_source_packager", inputs)).toEqual(first);
  expect(remote.logged.at(-1)).toMatch(/^The packages were built before/);
});

test("a failed installation is an output where the runbook says so", async () => {
  const inputs = { installer: { type: "rpm", kernel_rpm_path: "/x.rpm" } };
  await expect(remote.run("kernel_installer", inputs)).rejects.toThrow(/is of no family/);
  expect(await remote.run("kernel_installer", { ...inputs, raise_exception: false })).toEqual({
    information: {},
    is_success: false,
  });
});
