import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TimedOut } from "../../../errors/catalogue.ts";

const LOOPBACK = "127.0.0.1";
const MEET_LIMIT_MS = 30_000;

/**
 * Where QEMU and assay meet: in a folder of this user's own, into which nobody else comes, or at a port of the loopback
 * where QEMU runs under an account that does not come in either.
 */
export type Meeting = "folder" | "loopback";

/** The place as QEMU's `SocketAddress` has it. */
export type MeetingPlace =
  | { readonly type: "unix"; readonly path: string }
  | { readonly type: "inet"; readonly host: string; readonly port: string };

/**
 * Gives a connection to a running QEMU: `connect` makes it connect to the place it is given, which is gone when the
 * connection is there. Throws TimedOut.
 */
export async function meetQemu(
  connect: (place: MeetingPlace) => Promise<unknown>,
  signal: AbortSignal | undefined,
  meeting: Meeting = "folder",
): Promise<Socket> {
  // Not beside the machine: paths of sockets have room for a hundred characters.
  const folder = await mkdtemp(join(tmpdir(), "assay-qemu-"));
  const server = createServer({ noDelay: meeting === "loopback" });
  const limit = AbortSignal.timeout(MEET_LIMIT_MS);
  try {
    const path = join(folder, "socket");
    const both = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    if (meeting === "folder") server.listen(path);
    else server.listen(0, LOOPBACK);
    await once(server, "listening", { signal: both });
    const met = once(server, "connection", { signal: both });
    met.catch(() => undefined);
    const address = server.address() as AddressInfo | string;
    await connect(
      typeof address === "string" ? { type: "unix", path } : { type: "inet", host: LOOPBACK, port: `${address.port}` },
    );
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
