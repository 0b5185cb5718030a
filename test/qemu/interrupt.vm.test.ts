import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { readJournal } from "../../packages/assay/src/events/journal.ts";
import { machinesFolder } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";

const cli = join(import.meta.dirname, "../../packages/assay/src/cli/main.ts");

/** Command lines of all processes. */
async function commandLines(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((each) => /^\d+$/.test(each));
  return await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
}

test.for([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s in the middle of a case ends with %i, its record, and nothing left of the machine",
  async ([signal, exitCode]) => {
    const folder = await mkdtemp(join(tmpdir(), "assay-interrupt-"));
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => rm(folder, { recursive: true, force: true }));
    const before = new Set(await readdir(machinesFolder()).catch(() => []));
    const args = [cli, "run", "stress_reboot", "--log_path", folder, "--id", "run"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    const ended = once(child, "close");
    let machines: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      if (!line.startsWith("started")) continue;
      machines = (await readdir(machinesFolder())).filter((name) => !before.has(name));
      child.kill(signal);
    }
    await ended;
    expect(child.exitCode).toBe(exitCode);
    expect(machines).toHaveLength(1);
    expect(await readdir(machinesFolder())).not.toContain(machines[0]);
    expect((await commandLines()).filter((line) => line.includes(machines[0] ?? ""))).toEqual([]);
    const last = readJournal(join(folder, "run", "journal.ndjson")).at(-1);
    expect(last).toMatchObject({ type: "run-finished", exitCode });
  },
);
