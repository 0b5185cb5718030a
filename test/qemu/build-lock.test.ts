import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { takeLock } from "../../packages/assay/src/platforms/qemu/host/build-lock.ts";

const signal = AbortSignal.timeout(20_000);
const name = () => `test ${process.pid} ${Math.random()}`;

test("the second one waits until the first gives the lock back", async () => {
  const lock = name();
  const order: string[] = [];
  const first = await takeLock(lock, { signal });
  const { promise: isWaiting, resolve } = Promise.withResolvers<void>();
  const second = takeLock(lock, { signal, onWait: resolve }).then((taken) => {
    order.push("second");
    return taken;
  });
  await isWaiting;
  order.push("first gives back");
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
  expect(order).toEqual(["first gives back", "second"]);
});

test("the lock of a killed process is free at once", async () => {
  const lock = name();
  const module = join(import.meta.dirname, "../../packages/assay/src/platforms/qemu/host/build-lock.ts");
  const script = `const { takeLock } = await import(${JSON.stringify(module)});
await takeLock(${JSON.stringify(lock)}, { signal: AbortSignal.timeout(60000) }); console.log("taken"); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  const { promise: isWaiting, resolve } = Promise.withResolvers<void>();
  const taken = takeLock(lock, { signal, onWait: resolve });
  await isWaiting;
  holder.kill("SIGKILL");
  await (await taken)[Symbol.asyncDispose]();
});

test("an abort ends the wait with its reason", async () => {
  const lock = name();
  await using _held = await takeLock(lock, { signal });
  const abort = new AbortController();
  const { promise: isWaiting, resolve } = Promise.withResolvers<void>();
  const waiting = takeLock(lock, { signal: abort.signal, onWait: resolve });
  await isWaiting;
  abort.abort("SIGINT");
  await expect(waiting).rejects.toBe("SIGINT");
});
