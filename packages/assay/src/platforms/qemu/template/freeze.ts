import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { PlatformError } from "../../../errors/catalogue.ts";
import { forkCapabilities, type Machine } from "../machine/machine.ts";

/**
 * Stops the guest for good and writes its device state to `path`. Its memory is in its own file already, because the
 * machine shares it. QEMU has ended when this returns.
 */
export async function freeze(
  machine: Pick<Machine, "qmp" | "ended">,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const { qmp } = machine;
  await qmp.execute("stop", {}, { signal });
  await qmp.execute("migrate-set-capabilities", { capabilities: forkCapabilities }, { signal });
  // QEMU may not start programs and gets no file from us after its start; a socket is the way that is left. Its path
  // must be short, and nobody else's to reach.
  const folder = await mkdtemp(join(tmpdir(), "assay-"));
  const server = createServer({ allowHalfOpen: false });
  try {
    const socketPath = join(folder, "state");
    server.listen(socketPath);
    await once(server, "listening");
    const received = receive(server, path, signal);
    received.catch(() => undefined);
    const done = qmp.waitForEvent(
      ({ event, data }) => event === "MIGRATION" && (data.status === "completed" || data.status === "failed"),
      "end of writing the device state",
      { signal, timeoutMs: 120_000 },
    );
    done.catch(() => undefined);
    await qmp.execute("migrate", { uri: `unix:${socketPath}` }, { signal });
    const { data } = await done;
    if (data.status === "failed") throw new PlatformError("QEMU could not write the template's device state.");
    await received;
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
  await qmp.execute("quit", {}, { signal }).catch(() => undefined);
  await machine.ended;
}

async function receive(server: import("node:net").Server, path: string, signal: AbortSignal): Promise<void> {
  const [socket] = (await once(server, "connection", { signal })) as [import("node:net").Socket];
  await pipeline(socket, createWriteStream(path, { mode: 0o600 }), { signal });
}
