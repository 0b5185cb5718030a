import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HostExhausted, ImageBuildFailed, MissingDependency } from "../../packages/assay/src/errors/catalogue.ts";
import { readDefaultMirrors } from "../../packages/assay/src/image/apt/default-mirrors.ts";
import { readHostApt } from "../../packages/assay/src/image/apt/host-apt.ts";
import { chooseMirrors } from "../../packages/assay/src/image/apt/mirrors.ts";
import { resolvePackages } from "../../packages/assay/src/image/apt/resolve-packages.ts";
import { buildImage } from "../../packages/assay/src/image/build.ts";
import { loadRecipe } from "../../packages/assay/src/image/recipe.ts";

let cache = "";

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "assay-build-"));
  vi.stubEnv("ASSAY_CACHE", cache);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

/** All that a build may leave in the cache when it does not end well. */
const expectNothingLeft = async (name = "debian-12"): Promise<void> => {
  expect(await readdir(join(cache, "images"))).toEqual([`.${name}.lock`]);
};

test("a mirror out of reach ends the build and leaves nothing", async () => {
  // Port 9 is 'discard': nobody listens there.
  vi.stubEnv("http_proxy", "http://127.0.0.1:9");
  vi.stubEnv("https_proxy", "http://127.0.0.1:9");
  await expect(buildImage("debian-12")).rejects.toThrow(ImageBuildFailed);
  await expectNothingLeft();
});

test("a build that is aborted while packages are installed ends its programs and leaves nothing", async () => {
  const abort = new AbortController();
  const building = buildImage("debian-12", {
    signal: abort.signal,
    progress: ({ step }) => {
      if (step === "Downloading the base system") abort.abort("enough");
    },
  });
  await expect(building).rejects.toBe("enough");
  await expectNothingLeft();
  const { stdout } = await promisify(execFile)("ps", ["-eo", "args"]);
  expect(stdout).not.toContain(cache);
});

test.for([
  ["the package index", "16m"],
  ["the image", "512m"],
])("a disk too small for %s ends the build with the reason and leaves nothing", async ([, size]) => {
  // A file system of that size, seen by this one process only.
  const script = `const { buildImage } = await import(${JSON.stringify(new URL("../../packages/assay/src/image/build.ts", import.meta.url).href)});
    const error = await buildImage("debian-12").catch((thrown) => thrown);
    const { readdirSync } = await import("node:fs");
    console.log(JSON.stringify({ name: error.name, help: error.help, left: readdirSync(${JSON.stringify(join(cache, "images"))}) }));`;
  const { stdout } = await promisify(execFile)("unshare", [
    ...["--mount", "--map-root-user", "sh", "-c", `mount -t tmpfs -o size=${size} none "$1" && shift && exec "$@"`],
    ...["sh", cache, process.execPath, "--input-type=module", "--eval", script],
  ]);
  expect(JSON.parse(stdout)).toEqual({
    name: HostExhausted.name,
    help: "Free some space, or set ASSAY_CACHE to a folder on another disk.",
    left: [".debian-12.lock"],
  });
});

test("packages of arm64 are found by an apt that knows of no other architecture", async () => {
  const [recipe, { sources, transport }] = await Promise.all([loadRecipe("debian-12-arm64"), readHostApt()]);
  const mirrors = chooseMirrors(recipe, sources, await readDefaultMirrors());
  const versions = await resolvePackages(recipe, mirrors, transport, join(cache, "apt"));
  expect(Object.keys(versions)).toEqual(
    expect.arrayContaining(["linux-image-cloud-arm64", "grub-efi-arm64-signed", "shim-helpers-arm64-signed"]),
  );
  expect(Object.keys(versions).filter((name) => name.includes("amd64"))).toEqual([]);
});

test("a host that does not run programs of the image's architecture is told so before anything is fetched", async () => {
  const foreign = process.arch === "arm64" ? "debian-12" : "debian-12-arm64";
  const programs = await mkdtemp(join(tmpdir(), "assay-programs-"));
  try {
    await writeFile(join(programs, "arch-test"), "#!/bin/sh\nexit 1\n");
    await chmod(join(programs, "arch-test"), 0o755);
    vi.stubEnv("PATH", `${programs}:${process.env.PATH}`);
    const steps: string[] = [];
    const building = buildImage(foreign, { progress: ({ step }) => void steps.push(step) });
    await expect(building).rejects.toThrow(MissingDependency);
    await expect(building).rejects.toThrow("This machine does not run programs of ");
    expect(steps).toEqual([]);
    await expectNothingLeft(foreign);
  } finally {
    await rm(programs, { recursive: true, force: true });
  }
});
