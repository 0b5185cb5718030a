import { once } from "node:events";
import { expect, test } from "vitest";
import { NodeUnreachable } from "../../packages/assay/src/errors/catalogue.ts";
import { openGuests } from "../qemu/guests.ts";

test("a fork of QEMU carries connections to its own ports, as guests on it need", async () => {
  await using guests = await openGuests();
  await guests.prepare();
  await using environment = await guests.deploy("tunnel");
  const { shell } = environment.nodes[0];
  const socket = await shell.openTcp?.({ address: "127.0.0.1", port: 22 });
  if (socket === undefined) throw new Error("The shell makes no connections.");
  const [banner] = await once(socket, "data");
  expect(`${banner}`).toMatch(/^SSH-2\.0-/);
  socket.destroy();
  await expect(shell.openTcp?.({ address: "127.0.0.1", port: 1 })).rejects.toThrow(NodeUnreachable);
});
