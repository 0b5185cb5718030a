import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { buildImage } from "../../packages/assay/src/image/build.ts";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";

const hostLists = "/var/lib/apt/lists";

/** Names and times of this machine's own package lists. */
const snapshot = async (): Promise<readonly string[]> =>
  Promise.all((await readdir(hostLists)).map(async (name) => `${name} ${(await stat(join(hostLists, name))).mtimeMs}`));

// Builds for real, about a minute: it runs where guests run.
test("two builders at once build once, a third finds it, and this machine's package lists stay as they are", async () => {
  const cache = await mkdtemp(join(tmpdir(), "assay-rebuild-"));
  onTestFinished(() => rm(cache, { recursive: true, force: true }));
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv("ASSAY_CACHE", cache);
  const before = await snapshot();
  const steps: string[] = [];
  const progress = ({ elapsedMs, step }: { step: string; elapsedMs?: number }) => {
    if (elapsedMs === undefined) steps.push(step);
  };

  const [first, second] = await Promise.all([
    buildImage("debian-12", { progress }),
    buildImage("debian-12", { progress }),
  ]);
  const third = await resolveImage("debian-12", { progress });

  expect(first).toEqual({ ...second, packages: first.packages });
  expect(third).toMatchObject({ path: first.path, digest: first.digest });
  expect(steps.filter((step) => step === "Converting to qcow2")).toHaveLength(1);
  expect(steps).toContain("Waiting for another build");
  expect((await readdir(join(cache, "images"))).toSorted()).toEqual([".debian-12.lock", `debian-12-${first.key}`]);
  expect(await snapshot()).toEqual(before);
});
