import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeLock } from "./lock.ts";

let folder = "";
let path = "";
const never = (): never => {
  throw new Error("There was nothing to wait for.");
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-lock-"));
  path = join(folder, "new", ".lock");
});

afterEach(async () => rm(folder, { recursive: true, force: true }));

test("the second taker waits until the first lets go", async () => {
  const order: string[] = [];
  const first = await takeLock(path, { onWait: never });
  const waiting = Promise.withResolvers<void>();
  const second = takeLock(path, { onWait: waiting.resolve }).then((lock) => {
    order.push("second taken");
    return lock;
  });
  await waiting.promise;
  order.push("first released");
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
  expect(order).toEqual(["first released", "second taken"]);
});

test("a taker that is aborted while it waits leaves no claim", async () => {
  const first = await takeLock(path, { onWait: never });
  const abort = new AbortController();
  await expect(takeLock(path, { onWait: () => abort.abort("enough"), signal: abort.signal })).rejects.toBe("enough");
  await first[Symbol.asyncDispose]();
  await using _third = await takeLock(path, { onWait: never });
});

test("a holder that is killed lets go", async () => {
  const script = `const { takeLock } = await import(${JSON.stringify(new URL("lock.ts", import.meta.url).href)});
    await takeLock(${JSON.stringify(path)}, { onWait() {} }); console.log("taken"); await new Promise(() => setInterval(() => {}, 1e6));`;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  const waiting = Promise.withResolvers<void>();
  const taken = takeLock(path, { onWait: waiting.resolve });
  await waiting.promise;
  holder.kill("SIGKILL");
  await using _lock = await taken;
});
