import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TimedOut } from "../../../errors/catalogue.ts";

const MEET_LIMIT_MS = 30_000;

/**
 * Gives a connection to a running QEMU: `connect` makes it connect to the path it is given. Nobody else can, because the
 * path lies in a folder of this user's own, and it is gone when the connection is there. Throws TimedOut.
 */
export async function meetQemu(
  connect: (path: string) => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  // Not beside the machine: paths of sockets have room for a hundred characters.
  const folder = await mkdtemp(join(tmpdir(), "assay-qemu-"));
  const server = createServer();
  const limit = AbortSignal.timeout(MEET_LIMIT_MS);
  try {
    const path = join(folder, "socket");
    const both = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    server.listen(path);
    await once(server, "listening", { signal: both });
    const met = once(server, "connection", { signal: both });
    met.catch(() => undefined);
    await connect(path);
    const [socket] = (await met) as [Socket];
    // What a QEMU that ends leaves behind; its end is told elsewhere.
    socket.on("error", () => undefined);
    return socket;
  } catch (error) {
    signal?.throwIfAborted();
    if (!limit.aborted) throw error;
    throw new TimedOut(`QEMU did not connect to assay within ${MEET_LIMIT_MS / 1000} s.`, { cause: error });
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
