import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { takeLock } from "../host/build-lock.ts";
import { TemplateKeeper } from "./template-keeper.ts";
import { templateInputs, templateKey } from "./template-key.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-template-keeper-"));
  vi.stubEnv("ASSAY_CACHE", folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const shape = { cores: 1, memoryMb: 256 };
const login = { username: "assay", firstContact: "ssh" } as const;
/** A host without QEMU: whoever comes to start a machine on it fails. */
const host = {
  qemu: { path: "/none/qemu", version: "1" },
  qemuImg: "/none/qemu-img",
  acceleration: { accelerator: "tcg", reason: "", isCached: false },
  firmware: undefined,
  bootTimeoutMs: 1000,
} as unknown as Parameters<typeof templateInputs>[0];
const image: Parameters<typeof templateInputs>[1] = {
  ...{ name: "disk", path: "/none/disk", format: "raw", digest: `${process.pid}`, virtualSizeBytes: 1 },
  way: { seed: "none", userData: {}, hasIgnition: false, kernel: undefined, diskBytes: undefined, login: undefined },
};
const keeper = () => new TemplateKeeper({ host, image, ...login, runId: "run", cacheBytes: 1e12 });
const contextOf = (signal: AbortSignal, onProgress: () => void = () => undefined) => ({
  ...{ signal, logFolder: folder, progress: onProgress },
});

test("who waits for a template goes on when the one who makes it gives up, and is let go when it gives up itself", async () => {
  const key = templateKey(await templateInputs(host, image, shape, login));
  const templates = keeper();
  const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
  const isWaiting = Promise.withResolvers<void>();
  const lock = await takeLock(`template ${key}`, { signal: second.signal });
  const making = templates.get(shape, contextOf(first.signal, isWaiting.resolve));
  const waiting = templates.get(shape, contextOf(second.signal));
  const leaving = templates.get(shape, contextOf(third.signal));
  const ends = Promise.allSettled([making, waiting, leaving]);
  await isWaiting.promise;
  third.abort(new Error("the third had enough"));
  await expect(leaving).rejects.toThrow("the third had enough");
  first.abort(new Error("the first had enough"));
  await expect(making).rejects.toThrow("the first had enough");
  await lock[Symbol.asyncDispose]();
  // It has begun itself, and come as far as this host lets it.
  await expect(waiting).rejects.toThrow("/none/qemu-img");
  await ends;
});
