import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MissingDependency } from "../../packages/assay/src/errors/catalogue.ts";
import { probeAcceleration, runsGuests } from "../../packages/assay/src/platforms/qemu/host/acceleration.ts";
import { findQemu } from "../../packages/assay/src/platforms/qemu/host/qemu-binary.ts";

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "assay-probe-"));
  vi.stubEnv("ASSAY_CACHE", cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true, force: true });
});

test("the probe guest runs to its end under software emulation", async () => {
  expect(await runsGuests("tcg", { qemu: await findQemu(), timeoutMs: 15_000 })).toBe(true);
});

test("a guest that cannot get through in time counts as not running", async () => {
  expect(await runsGuests("tcg", { qemu: await findQemu(), timeoutMs: 1 })).toBe(false);
});

test("without the device the answer is emulation, and it is not kept", async () => {
  const qemu = await findQemu();
  const answer = await probeAcceleration({ qemu, kvmDevice: join(cache, "kvm") });
  expect(answer).toEqual({ accelerator: "tcg", isCached: false, reason: expect.stringContaining("is not there") });
});

test("a device that opens but runs no guest gives emulation, says so, and is asked once", async () => {
  const qemu = await findQemu();
  // A limit that no guest can keep stands for a KVM that hangs.
  const options = { qemu, kvmDevice: "/dev/null", timeoutMs: 1 };
  const first = await probeAcceleration(options);
  expect(first).toMatchObject({
    accelerator: "tcg",
    isCached: false,
    reason: expect.stringContaining("did not get through"),
  });
  expect(await probeAcceleration(options)).toEqual({ ...first, isCached: true });
});

test("a missing QEMU is told with the command that installs it", async () => {
  const missing = findQemu("qemu-system-of-nowhere");
  await expect(missing).rejects.toThrow(MissingDependency);
  await expect(missing).rejects.toMatchObject({ help: expect.stringContaining("apt-get install qemu-system-x86") });
});
