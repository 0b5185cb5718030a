import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

/**
 * Where the lock of a name is on this machine: a socket in Linux's abstract namespace, which belongs to the network
 * namespace. The kernel frees it when its holder ends, kill -9 included, so that no file can go stale.
 */
export function lockAddress(name: string): string {
  return `\0assay-${createHash("sha256").update(name).digest("hex").slice(0, 40)}`;
}

/** Takes the lock at an address; undefined when somebody has it. Who connects to it is told by the end that it is free. */
export async function tryLock(address: string): Promise<AsyncDisposable | undefined> {
  const waiting = new Set<Socket>();
  const server: Server = createServer((socket) => {
    waiting.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => waiting.delete(socket));
  });
  server.listen(address);
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return undefined;
    throw error;
  }
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      // Only now: whoever is let go finds the address free.
      for (const socket of waiting) socket.destroy();
      await closed;
    },
  };
}
