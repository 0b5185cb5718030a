import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HostExhausted, ImageBuildFailed } from "../../packages/assay/src/errors/catalogue.ts";
import { buildImage } from "../../packages/assay/src/image/build.ts";

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
const expectNothingLeft = async (): Promise<void> => {
  expect(await readdir(join(cache, "images"))).toEqual([".debian-12.lock"]);
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
