import { afterAll, beforeAll, expect, test } from "vitest";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { type Guests, openGuests } from "./guests.ts";

let guests: Guests;
beforeAll(async () => {
  guests = await openGuests({ section: { first_contact: "ssh" } });
});
afterAll(async () => {
  await guests?.[Symbol.asyncDispose]();
});

test("without agents two forks are logged in to over SSH, get the same identity and their private network", async () => {
  await using pair = await guests.deploy("plain", { nodeCount: 2 });
  const [one, two] = pair.nodes;
  const sentAt = Date.now();
  const [hostname, machineId, key, seconds] = (
    await one.text(sh`hostname; cat /etc/machine-id ~/.ssh/authorized_keys; date +%s.%N`)
  ).split("\n");
  expect(hostname).toBe("plain-n0");
  expect(machineId).toMatch(/^[0-9a-f]{32}$/);
  expect(key).toMatch(/ assay-test-\d+$/);
  expect(Math.abs(Number(seconds) * 1000 - sentAt)).toBeLessThan(1000 + (Date.now() - sentAt));
  // The guest was told its new key before the first login with it.
  await one.shell.reconnect({ timeoutMs: 120_000 });
  expect((await one.run(["ping", "-c", "1", "-w", "10", "plain-n1"], { sudo: true })).exitCode).toBe(0);
  expect((await two?.run(["ping", "-c", "1", "-w", "10", "plain-n0"], { sudo: true }))?.exitCode).toBe(0);
});
