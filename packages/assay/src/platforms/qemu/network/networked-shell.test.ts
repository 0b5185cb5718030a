import { expect, test } from "vitest";
import type { Completed, Shell } from "../../../node/shell/types.ts";
import type { Machine } from "../machine/machine.ts";
import type { QmpEvent } from "../machine/qmp-client.ts";
import { joinNetwork, NetworkedShell } from "./networked-shell.ts";

const place = { name: "a", address: "10.99.0.1", macAddress: "52:54:00:a5:5a:01", hosts: [] };

/** A shell to a guest that joins its network as often as `joined` is called, and a way to reset the guest. */
function guest(joined: () => Completed["exitCode"]) {
  let reset = (): void => undefined;
  const shell = {
    label: "guest",
    reconnect: async () => undefined,
    run: async () => ({ exitCode: joined(), stderr: "no device", outcome: { kind: "exited", exitCode: 1 } }),
  } as unknown as Shell;
  const qmp = {
    onEvent(listener: (event: QmpEvent) => void) {
      reset = () => listener({ event: "RESET", data: {} });
      return () => undefined;
    },
  };
  const networked = new NetworkedShell(shell, { qmp } as Partial<Machine> as Machine, (joining, signal) =>
    joinNetwork(joining, place, signal),
  );
  return { networked, reset: () => reset() };
}

test("a guest joins again after a reset, also after one that came while it joined or when joining failed", async () => {
  let joins = 0;
  const { networked, reset } = guest(() => {
    joins++;
    if (joins === 1) reset();
    return joins === 2 ? 1 : 0;
  });
  const options = { timeoutMs: 1000 };
  await networked.reconnect(options);
  expect(joins).toBe(0);
  reset();
  await networked.reconnect(options);
  expect(joins).toBe(1);
  await expect(networked.reconnect(options)).rejects.toThrow("did not join its private network: no device");
  await networked.reconnect(options);
  expect(joins).toBe(3);
  await networked.reconnect(options);
  expect(joins).toBe(3);
});
