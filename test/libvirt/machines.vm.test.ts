import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SerialConsole } from "../../packages/assay/src/features/serial-console.ts";
import { StartStop } from "../../packages/assay/src/features/start-stop.ts";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import { libvirtPlatform } from "../../packages/assay/src/platforms/libvirt/libvirt-platform.ts";
import type { Environment, Platform, PlatformProgress } from "../../packages/assay/src/platforms/platform.ts";
import { type OwnLibvirt, openLibvirt, virsh, whyNoLibvirt } from "./own-libvirt.ts";

const LIMIT_MS = 1_500_000;
const reason = whyNoLibvirt();
const progress: PlatformProgress[] = [];
let libvirt: OwnLibvirt;
let platform: Platform;
let logFolder: string;
let cache: string | undefined;

beforeAll(async () => {
  if (reason !== undefined) return;
  logFolder = await mkdtemp(join(tmpdir(), "assay-libvirt-logs-"));
  const signal = AbortSignal.timeout(LIMIT_MS);
  const image = await resolveImage(process.env.ASSAY_TEST_IMAGE ?? "debian-12", { signal });
  // Templates are kept where the daemon's disks are, which go with it.
  cache = process.env.ASSAY_CACHE;
  process.env.ASSAY_CACHE = join(logFolder, "cache");
  libvirt = await openLibvirt();
  platform = await libvirtPlatform({
    image,
    section: { uri: libvirt.uri, acceleration: "tcg" },
    runId: `test-${process.pid}`,
    keepEnvironment: "no",
  });
  await platform.prepare({
    signal,
    logFolder,
    progress: (step) => {
      progress.push(step);
      console.log(JSON.stringify(step));
    },
  });
}, LIMIT_MS);

afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await libvirt?.[Symbol.asyncDispose]();
  if (cache === undefined) delete process.env.ASSAY_CACHE;
  else process.env.ASSAY_CACHE = cache;
  if (logFolder !== undefined) await rm(logFolder, { recursive: true, force: true });
});

async function deploy(name: string): Promise<Environment> {
  const requirement = { nodeCount: 1, cores: 1, memoryMb: 256, features: [], coldBoot: false };
  const folder = await mkdtemp(join(logFolder, `${name}-`));
  const signal = AbortSignal.timeout(LIMIT_MS);
  return await platform.deploy(requirement, {
    environmentName: name,
    signal,
    logFolder: folder,
    progress: (step) => {
      progress.push(step);
      console.log(JSON.stringify(step));
    },
  });
}

test.skipIf(reason !== undefined)(
  `a fork is pristine, is controlled and leaves nothing (${reason ?? "libvirt"})`,
  async () => {
    {
      await using first = await deploy("first");
      const [node] = first.nodes;
      expect(await node.text(["hostname"])).toBe("first");
      expect(await node.text(["cat", "/proc/sys/kernel/random/boot_id"])).toMatch(/^[0-9a-f-]{36}$/);
      await node.text(["touch", "left-by-the-first"]);
      const serial = node.feature(SerialConsole);
      expect(await serial.log()).toContain("Linux version");
      const prompt = serial.readUntil("login:", { timeoutMs: 120_000 });
      await serial.write("\n");
      expect(await prompt).toContain("first login:");
      const power = node.feature(StartStop);
      expect(await power.status()).toBe("running");
      await power.pause();
      expect(await power.status()).toBe("paused");
      await power.start();
      await power.stop();
      expect(await power.status()).toBe("off");
      await power.start();
      const signal = AbortSignal.timeout(LIMIT_MS);
      await node.shell.reconnect({ timeoutMs: 600_000, signal });
      expect(await node.text(["ls"])).toBe("left-by-the-first");
      expect((await serial.boots()).map(({ cause }) => cause)).toEqual(["power-on", "power-on"]);
    }
    await using second = await deploy("second");
    expect(await second.nodes[0].text(["ls"])).toBe("");
    expect(virsh(libvirt.uri, "list", "--all", "--name").split("\n")).toHaveLength(1);
  },
);
