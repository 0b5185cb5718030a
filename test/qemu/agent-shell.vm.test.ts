import { afterAll, beforeAll, expect, test } from "vitest";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { type Guests, openGuests } from "./guests.ts";

let guests: Guests;
beforeAll(async () => {
  guests = await openGuests();
  await guests.prepare();
});
afterAll(async () => {
  await guests?.[Symbol.asyncDispose]();
});

test("the agent's shell is the login user's, with its home, rights and output apart", async () => {
  await using fork = await guests.deploy("agent");
  const [node] = fork.nodes;
  expect(await node.text(sh`id -un; pwd; echo $HOME; sudo -n id -u`)).toBe("assay\n/home/assay\n/home/assay\n0");
  expect(await node.run(sh`printf 'out\0\377'; echo err >&2; exit 7`)).toMatchObject({
    exitCode: 7,
    stdoutBytes: Buffer.from([0x6f, 0x75, 0x74, 0, 0xff]),
    stderr: "err\n",
  });
  // No login has been made for this.
  expect(await node.text(sh`ss -Htn state established sport = :22 | wc -l`)).toBe("0");
  // Nothing of root's agent is left, and the keys of the template are gone.
  expect(await node.text(sh`ps -eo user=,args= | grep -c '^root .*dev/tcp' || true`)).toBe("0");
});

test("what only SSH can do goes over SSH, beside the agent", async () => {
  await using fork = await guests.deploy("both");
  const [node] = fork.nodes;
  expect((await node.run(["cat"], { stdin: "typed" })).stdout).toBe("typed");
  const [slow, quick] = await Promise.all([node.text(sh`sleep 1; echo slow`), node.text(["echo", "quick"])]);
  expect([slow, quick]).toEqual(["slow", "quick"]);
  await node.shell.write("/var/tmp/file", "content", { mode: 0o600 });
  expect(Buffer.from(await node.shell.read("/var/tmp/file")).toString()).toBe("content");
  await using running = await node.shell.spawn(["cat"]);
  await running.write("streamed");
  running.endInput();
  const chunks: Uint8Array[] = [];
  for await (const chunk of running.stdout) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe("streamed");
});

test("a command that runs out of time is really ended, and the next one runs", async () => {
  await using fork = await guests.deploy("late");
  const [node] = fork.nodes;
  const late = await node.run(sh`sleep 4321`, { timeoutMs: 500 });
  expect(late.outcome).toEqual({ kind: "timed-out", afterMs: 500 });
  expect(await node.text(sh`ps -eo args= | grep -c '^sleep 4321' || true`)).toBe("0");
});

test("a guest that is reset ends the running command at once", async () => {
  await using fork = await guests.deploy("crash");
  const [node] = fork.nodes;
  const crashed = await node.run(sh`echo b > /proc/sysrq-trigger; sleep 600`, { sudo: true });
  expect(crashed.outcome).toEqual({ kind: "connection-lost", reason: "the guest was reset" });
  expect(crashed.durationMs).toBeLessThan(60_000);
});
