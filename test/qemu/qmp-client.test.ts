import { spawn } from "node:child_process";
import { once } from "node:events";
import { Duplex, PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { PlatformError, TimedOut } from "../../packages/assay/src/errors/catalogue.ts";
import { QmpClient, QmpRefused } from "../../packages/assay/src/platforms/qemu/machine/qmp-client.ts";

/** A QEMU without a machine: its monitor is the real one. */
async function startQemu() {
  const child = spawn(
    "qemu-system-x86_64",
    [
      "-nodefaults",
      "-machine",
      "none",
      "-display",
      "none",
      "-chardev",
      "socket,id=m,fd=3",
      "-mon",
      "chardev=m,mode=control",
    ],
    { stdio: ["ignore", "ignore", "ignore", "pipe"] },
  );
  const ended = once(child, "exit");
  const qmp = await QmpClient.open(child.stdio[3] as unknown as Duplex, { timeoutMs: 20_000 });
  return {
    qmp,
    child,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

test("answers are matched to their commands", async () => {
  await using qemu = await startQemu();
  const [status, version, name] = await Promise.all([
    qemu.qmp.execute("query-status"),
    qemu.qmp.execute("query-version"),
    qemu.qmp.execute("query-name"),
  ]);
  expect(status).toMatchObject({ running: expect.any(Boolean) });
  expect(version).toMatchObject({ qemu: { major: expect.any(Number) } });
  expect(name).toEqual({});
});

test("a refused command is an error that names it and QEMU's reason", async () => {
  await using qemu = await startQemu();
  const refused = qemu.qmp.execute("no-such-command");
  await expect(refused).rejects.toThrow(QmpRefused);
  await expect(refused).rejects.toMatchObject({
    qmpClass: "CommandNotFound",
    message: expect.stringContaining("no-such-command"),
  });
});

test("an event is delivered to those who wait for it", async () => {
  await using qemu = await startQemu();
  const shutdown = qemu.qmp.waitForEvent(({ event }) => event === "SHUTDOWN", "end");
  await qemu.qmp.execute("quit");
  expect((await shutdown).data).toMatchObject({ reason: "host-qmp-quit" });
});

test("the death of QEMU ends every wait at once", async () => {
  await using qemu = await startQemu();
  const waits = [
    qemu.qmp.waitForEvent(() => false, "an event that never comes", { timeoutMs: 60_000 }),
    qemu.qmp.closed.then(() => Promise.reject(new PlatformError("closed"))),
  ].map((wait) => expect(wait).rejects.toThrow(PlatformError));
  qemu.child.kill("SIGKILL");
  await Promise.all(waits);
  await expect(qemu.qmp.execute("query-status")).rejects.toThrow("monitor is gone");
});

test("a peer that says nothing is given up after the time-out, and an abort ends the wait with its reason", async () => {
  const silent = Duplex.from({ readable: new PassThrough(), writable: new PassThrough() });
  await expect(QmpClient.open(silent, { timeoutMs: 10 })).rejects.toThrow(TimedOut);
  await using qemu = await startQemu();
  const abort = new AbortController();
  const wait = qemu.qmp.waitForEvent(() => false, "nothing", { signal: abort.signal });
  abort.abort("SIGINT");
  await expect(wait).rejects.toBe("SIGINT");
});

test("what is not the protocol ends the connection", async () => {
  const readable = new PassThrough();
  const garbage = Duplex.from({ readable, writable: new PassThrough() });
  const opening = QmpClient.open(garbage, { timeoutMs: 20_000 });
  readable.write("SSH-2.0-OpenSSH_9.2\r\n");
  await expect(opening).rejects.toThrow(PlatformError);
});
