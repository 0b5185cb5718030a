import { afterAll, beforeAll, expect, test } from "vitest";
import { LoginRefused, TimedOut, UsageError } from "../../packages/assay/src/errors/catalogue.ts";
import {
  Hibernation,
  Screenshot,
  SerialConsole,
  StartStop,
  Watchdog,
} from "../../packages/assay/src/features/index.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { type Guests, openGuests } from "./guests.ts";

/** A guest that boots while others do, in emulation. */
const BOOT_MS = 600_000;

let guests: Guests;
beforeAll(async () => {
  guests = await openGuests();
  await guests.prepare();
});
afterAll(async () => {
  await guests?.[Symbol.asyncDispose]();
});

test("a person logs in at the console, with the right password only, and the kernel hears SysRq there", async () => {
  await using fork = await guests.deploy("typist");
  const [node] = fork.nodes;
  const console = node.feature(SerialConsole);
  const before = await console.position();
  await node.text(sh`useradd -m tester; echo tester:right-one | chpasswd; echo 1 > /proc/sys/kernel/sysrq`, {
    sudo: true,
  });
  await expect(console.login({ username: "tester", password: "wrong-one" })).rejects.toThrow(LoginRefused);
  await console.login({ username: "tester", password: "right-one" });
  await console.write("id -un; tty\n");
  expect(await console.readUntil(/^\/dev\/\w+$/m)).toMatch(/^tester$/m);
  await expect(console.readUntil("never printed", { timeoutMs: 500 })).rejects.toThrow(/did not print 'never printed'/);
  await console.sysrq("h");
  expect(await console.readUntil(/sysrq: HELP.*$/m)).toContain("sysrq: HELP");
  await expect(console.sysrq("help")).rejects.toThrow(UsageError);
  // What was printed meanwhile, and nothing of before.
  const printed = await console.log({ from: before });
  expect(printed).toContain("Login incorrect");
  expect(printed).not.toContain("Linux version");
  expect(await console.boots()).toEqual([{ offset: 0, cause: "power-on" }]);
});

test("a machine is paused, interrupted, put to sleep and woken, and its display is seen", async () => {
  await using fork = await guests.deploy("dozer");
  const [node] = fork.nodes;
  const power = node.feature(StartStop);
  const sleep = node.feature(Hibernation);
  expect(await power.status()).toBe("running");
  await power.pause();
  expect(await power.status()).toBe("paused");
  await power.start();
  expect(await power.status()).toBe("running");
  const console = node.feature(SerialConsole);
  await power.sendNmi();
  await console.readUntil(/NMI received/);
  await sleep.suspend();
  expect(await power.status()).toBe("suspended");
  await sleep.wake();
  expect(await power.status()).toBe("running");
  // The same connection, since nothing but time has passed.
  expect(await node.text(["hostname"])).toBe("dozer");
  const picture = Buffer.from(await node.feature(Screenshot).take());
  expect(picture.subarray(1, 4).toString()).toBe("PNG");
});

test("a watchdog that nobody resets does what was set, and one that was stopped does nothing", async () => {
  await using fork = await guests.deploy("keeper");
  const [node] = fork.nodes;
  const [watchdog, power] = [node.feature(Watchdog), node.feature(StartStop)];
  await watchdog.setAction("pause");
  await watchdog.arm(40);
  await watchdog.disarm();
  await expect(watchdog.expired({ timeoutMs: 1_000 })).rejects.toThrow(TimedOut);
  await watchdog.arm(2);
  expect(await watchdog.expired()).toBe("pause");
  expect(await power.status()).toBe("paused");
  await power.start();
  await watchdog.setAction("reset");
  await watchdog.arm(2);
  expect(await watchdog.expired()).toBe("reset");
  const console = node.feature(SerialConsole);
  await console.readUntil(/BdsDxe|Linux version/, { timeoutMs: BOOT_MS });
  expect((await console.boots()).map(({ cause }) => cause)).toEqual(["power-on", "watchdog"]);
  await expect(watchdog.arm(0)).rejects.toThrow(UsageError);
});

test("a watchdog pulls the plug, and the machine can be switched on again", async () => {
  await using fork = await guests.deploy("plug");
  const [node] = fork.nodes;
  const [watchdog, power] = [node.feature(Watchdog), node.feature(StartStop)];
  await watchdog.setAction("poweroff");
  await watchdog.arm(2);
  expect(await watchdog.expired()).toBe("poweroff");
  expect(await power.status()).toBe("off");
  await power.start();
  expect(await power.status()).toBe("running");
  await power.stop({ mode: "hard" });
  expect(await power.status()).toBe("off");
  await power.stop();
  expect(await power.status()).toBe("off");
});

test("a machine that is asked to restart shuts down in good order first", async () => {
  await using fork = await guests.deploy("polite");
  const [node] = fork.nodes;
  const [power, console] = [node.feature(StartStop), node.feature(SerialConsole)];
  await power.restart({ mode: "graceful" });
  expect(await power.status()).toBe("running");
  const [first, second] = await console.boots();
  expect(second?.cause).toBe("power-on");
  const log = await console.log({ from: first?.offset ?? 0 });
  expect(log.slice(0, second?.offset)).toContain("Powering off");
});
