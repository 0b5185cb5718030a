import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PlatformError, TimedOut, UsageError } from "../../packages/assay/src/errors/catalogue.ts";
import type { GuestPanic } from "../../packages/assay/src/features/index.ts";
import { LocalShell } from "../../packages/assay/src/node/shell/local/local-shell.ts";
import { MachinePanic } from "../../packages/assay/src/platforms/qemu/features/panic.ts";
import { MachineScreenshot } from "../../packages/assay/src/platforms/qemu/features/screenshot.ts";
import { MachineConsole } from "../../packages/assay/src/platforms/qemu/features/serial-console.ts";
import { MachineWatchdog } from "../../packages/assay/src/platforms/qemu/features/watchdog.ts";
import { Power } from "../../packages/assay/src/platforms/qemu/machine/power.ts";
import type { QemuProcess } from "../../packages/assay/src/platforms/qemu/machine/qemu-process.ts";
import type { QmpClient } from "../../packages/assay/src/platforms/qemu/machine/qmp-client.ts";
import { SerialPort } from "../../packages/assay/src/platforms/qemu/machine/serial-port.ts";
import { startPausedQemu } from "./paused-qemu.ts";

interface Bare extends AsyncDisposable {
  readonly folder: string;
  readonly process: QemuProcess;
  readonly qmp: QmpClient;
}

/** A machine without a system on its disk: its firmware is all that runs. */
async function bareMachine(): Promise<Bare> {
  const folder = await mkdtemp(join(tmpdir(), "assay-life-"));
  const process = await startPausedQemu(folder, AbortSignal.timeout(60_000));
  return {
    folder,
    process,
    qmp: process.qmp,
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Writes to the port at which the guest's driver of pvpanic tells of a panic (1) or of a kernel for the dump (2). */
const tellPanic = (qmp: QmpClient, bits: number): Promise<unknown> =>
  qmp.execute("human-monitor-command", { "command-line": `o /b 0x505 ${bits}` });

test("power: what is asked for is what the machine does, and asking twice changes nothing", async () => {
  await using bare = await bareMachine();
  const power = new Power(bare.qmp);
  expect(await power.status()).toBe("paused");
  await power.start();
  await power.start();
  expect(await power.status()).toBe("running");
  await power.pause();
  await power.pause();
  expect(await power.status()).toBe("paused");
  await power.start();
  await power.sendNmi();
  await power.cut();
  await power.cut();
  expect(await power.status()).toBe("off");
  await expect(power.pause()).rejects.toThrow(PlatformError);
  // A button that is pressed on a machine that is off does nothing, and nobody waits for it.
  await power.stop({ timeoutMs: 5_000 });
  await power.start();
  expect(await power.status()).toBe("running");
  await expect(power.stop({ timeoutMs: 1_000 })).rejects.toThrow("The guest did not power off within 1 s");
});

test("the console knows its boots and where they begin in its log", async () => {
  await using bare = await bareMachine();
  const power = new Power(bare.qmp);
  const console = new MachineConsole(new SerialPort(bare.process.serial, join(bare.folder, "serial.log")), bare.qmp);
  expect(await console.position()).toBe(0);
  await power.start();
  await console.readUntil("SeaBIOS", { timeoutMs: 60_000 });
  await power.reset();
  const boots = await console.boots();
  expect(boots[0]).toEqual({ offset: 0, cause: "power-on" });
  const second = boots.find(({ cause }) => cause === "host-qmp-system-reset");
  const offset = second?.offset ?? 0;
  expect(offset).toBeGreaterThan(0);
  // The first boot may have said it twice, so that the next time it is said need not be the second boot's.
  const secondBoot = async () => (await console.log()).slice(offset);
  await expect.poll(secondBoot, { timeout: 60_000 }).toContain("SeaBIOS");
  expect(await console.position()).toBeGreaterThan(offset);
  const log = await console.log();
  expect(log.slice(0, offset)).toContain("SeaBIOS");
  expect((await console.log({ from: offset })).startsWith(log.slice(offset))).toBe(true);
  await power.cut();
  await power.start();
  // SeaBIOS resets the machine itself when it finds it in the middle of something.
  const causes = (await console.boots()).map(({ cause }) => cause).filter((cause) => cause !== "guest-reset");
  expect(causes).toEqual(["power-on", "host-qmp-system-reset", "power-on"]);
  await console.sysrq("t");
  await expect(console.sysrq("\n")).rejects.toThrow(UsageError);
});

test("a panic is told once to who asks next, to all who follow, and is the machine's status until a restart", async () => {
  await using bare = await bareMachine();
  const power = new Power(bare.qmp);
  const panic = new MachinePanic(bare.qmp, new LocalShell());
  const followed: GuestPanic[] = [];
  const stop = panic.follow((each) => followed.push(each));
  await power.start();
  await tellPanic(bare.qmp, 2);
  expect(await panic.next()).toEqual({ kind: "crash-loaded", facts: {} });
  expect(await power.status()).toBe("running");
  const waiting = panic.next();
  await tellPanic(bare.qmp, 1);
  expect(await waiting).toEqual({ kind: "panicked", facts: {} });
  expect(await power.status()).toBe("panicked");
  expect(followed.map(({ kind }) => kind)).toEqual(["crash-loaded", "panicked"]);
  stop();
  await expect(panic.next({ timeoutMs: 1 })).rejects.toThrow(TimedOut);
  await power.start();
  expect(await power.status()).toBe("running");
  const lost = panic.next();
  await Promise.all([expect(lost).rejects.toThrow(PlatformError), bare.process[Symbol.asyncDispose]()]);
});

test("pictures of the display are PNG, and leave no file", async () => {
  await using bare = await bareMachine();
  const screenshot = new MachineScreenshot(bare.qmp, { join: (name) => join(bare.folder, name) });
  const [one, two] = await Promise.all([screenshot.take(), screenshot.take()]);
  for (const picture of [one, two]) expect(Buffer.from(picture).subarray(1, 4).toString()).toBe("PNG");
  await expect(rm(join(bare.folder, "screen-1.png"))).rejects.toThrow("ENOENT");
});

test("a watchdog takes every action there is, and no other", async () => {
  await using bare = await bareMachine();
  const { qmp } = bare;
  const watchdog = new MachineWatchdog({ qmp, power: new Power(qmp), shell: new LocalShell() });
  for (const action of ["reset", "poweroff", "shutdown", "pause", "nmi", "none"] as const) {
    await watchdog.setAction(action);
  }
  await expect(watchdog.setAction("explode" as "none")).rejects.toThrow("A watchdog has no action 'explode'.");
  await expect(watchdog.arm(2047)).rejects.toThrow(UsageError);
  await expect(watchdog.arm(0.5)).rejects.toThrow(UsageError);
  await expect(watchdog.expired({ timeoutMs: 1 })).rejects.toThrow(TimedOut);
});
