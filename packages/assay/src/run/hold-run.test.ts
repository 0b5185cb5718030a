import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { UsageError } from "../errors/catalogue.ts";
import { holdRun } from "./hold-run.ts";

const root = mkdtempSync(join(tmpdir(), "assay-hold-"));
afterAll(() => rmSync(root, { recursive: true }));

test("a run is held once, whatever its folder is called, and others are not touched", async () => {
  const folder = mkdtempSync(join(root, "run-"));
  symlinkSync(folder, join(root, "latest"));
  {
    await using _held = await holdRun(folder);
    await expect(holdRun(join(root, "latest"))).rejects.toThrow(UsageError);
    await using _other = await holdRun(mkdtempSync(join(root, "run-")));
  }
  await using _again = await holdRun(folder);
});

test("of many that try at once one gets it", async () => {
  const folder = mkdtempSync(join(root, "run-"));
  const tried = await Promise.allSettled(Array.from({ length: 20 }, () => holdRun(folder)));
  const held = tried.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  expect(held).toHaveLength(1);
  await held[0]?.[Symbol.asyncDispose]();
});

test("a process that is killed lets go", async () => {
  const folder = mkdtempSync(join(root, "run-"));
  const script = `const { holdRun } = await import(${JSON.stringify(new URL("hold-run.ts", import.meta.url).href)});
    await holdRun(${JSON.stringify(folder)}); console.log("held"); setInterval(() => {}, 1e6);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  await expect(holdRun(folder)).rejects.toThrow("is going on");
  const ended = once(holder, "close");
  holder.kill("SIGKILL");
  await ended;
  await using _held = await holdRun(folder);
});
