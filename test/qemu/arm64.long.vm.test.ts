import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  Architecture,
  Disk,
  Resize,
  SerialConsole,
  Snapshot,
  Watchdog,
} from "../../packages/assay/src/features/index.ts";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { type Guests, LIMIT_MS, openGuests } from "./guests.ts";

const cli = join(import.meta.dirname, "../../packages/assay/src/cli/main.ts");
const IMAGE = "debian-12-arm64";

let guests: Guests;
// Where the image is not built yet, this takes as long as its build under emulation.
beforeAll(async () => {
  guests = await openGuests({ image: await resolveImage(IMAGE) });
  await guests.prepare();
}, 3 * LIMIT_MS);
afterAll(async () => {
  await guests?.[Symbol.asyncDispose]();
});

test("the image says what machine it needs, and its forks are arm64 machines of their own", async () => {
  const [one, two] = await Promise.all([guests.deploy("left"), guests.deploy("right")]);
  await using _one = one;
  await using _two = two;
  const facts = sh`uname -m; hostname; cat /etc/machine-id; head -c 16 /dev/urandom | od -An -tx1; cat ~/.ssh/authorized_keys`;
  const [left = [], right = []] = (await Promise.all([one, two].map(({ nodes }) => nodes[0].text(facts)))).map((text) =>
    text.split("\n"),
  );
  expect(one.nodes[0].feature(Architecture).architecture).toBe("Arm64");
  expect(left.slice(0, 2)).toEqual(["aarch64", "left"]);
  expect(right.slice(0, 2)).toEqual(["aarch64", "right"]);
  expect(left[2]).toMatch(/^[0-9a-f]{32}$/);
  expect(left[2]).not.toBe(right[2]);
  expect(left[3]).not.toBe(right[3]);
  expect(left[4]).toMatch(/^ssh-ed25519 \S+ assay-test-\d+$/);
  await one.nodes[0].text(sh`echo mine > /var/tmp/trace; echo mine > /dev/shm/trace; sync`);
  expect((await two.nodes[0].run(sh`cat /var/tmp/trace /dev/shm/trace`)).exitCode).not.toBe(0);
  // They come up by the loader and the menu of the image itself, and say so on its own console.
  const console = await two.nodes[0].feature(SerialConsole).log();
  expect(console).toContain("UEFI firmware");
  expect(console).toContain("Linux version");
  expect(console).toContain("console=ttyAMA0,115200");
});

test("a fork has the right time, takes disks while it runs, and tells that its processors are fixed", async () => {
  await using fork = await guests.deploy("parts");
  const [node] = fork.nodes;
  const sentAt = Date.now();
  const guestMs = Number(await node.text(sh`date +%s.%N`)) * 1000;
  expect(guestMs).toBeGreaterThan(sentAt - 1000);
  expect(guestMs).toBeLessThan(Date.now() + 1000);
  const disk = node.feature(Disk);
  const added = await disk.addDataDisks([
    { sizeBytes: 16 << 20, serial: "on-scsi" },
    { sizeBytes: 8 << 20, bus: "nvme", serial: "on-a-port" },
  ]);
  const sizes = await node.text(["lsblk", "-bdno", "SIZE", ...added.map(({ path }) => path)]);
  expect(sizes.split("\n").map((line) => Number(line.trim()))).toEqual([16 << 20, 8 << 20]);
  await disk.removeDataDisks(added.map(({ id }) => id));
  const { keepsCores, least, most } = await node.feature(Resize).limits();
  expect(keepsCores).toContain("for good");
  expect([least.cores, most.cores]).toEqual([2, 2]);
});

test("a fork goes back to a snapshot, grows by memory, and its watchdog acts", async () => {
  await using fork = await guests.deploy("state");
  const [node] = fork.nodes;
  await node.text(sh`echo before > /dev/shm/trace`);
  await node.feature(Snapshot).take("clean");
  await node.text(sh`echo after > /dev/shm/trace`);
  await node.feature(Snapshot).revert("clean");
  expect(await node.text(sh`cat /dev/shm/trace`)).toBe("before");
  const before = Number(await node.text(sh`awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo`));
  await node.feature(Resize).resize({ memoryMb: 1536 });
  expect(Number(await node.text(sh`awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo`))).toBe(before + 512);
  const watchdog = node.feature(Watchdog);
  await watchdog.setAction("pause");
  expect(await watchdog.arm(2)).toBe("registers");
  expect(await watchdog.expired()).toBe("pause");
});

test("cases run on it by its name alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-arm64-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const cases = ["verify_serial_console_is_enabled", "verify_azure_64bit_os", "verify_grub"];
  const args = [cli, "run", ...cases, "--image", IMAGE, "--log_path", folder, "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: LIMIT_MS });
  const { results } = JSON.parse(stdout) as { readonly results: readonly { readonly status: string }[] };
  expect(results.map(({ status }) => status)).toEqual(["PASSED", "PASSED", "PASSED"]);
});
