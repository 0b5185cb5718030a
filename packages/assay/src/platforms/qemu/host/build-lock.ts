import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";

/**
 * Takes a lock that all assays of this user on this machine see. It is a listening socket in Linux's abstract
 * namespace: the kernel frees it when its holder ends, kill -9 included, and those who wait hold a connection to it and
 * are told at once. No file can go stale.
 */
export async function takeLock(
  name: string,
  options: { readonly signal: AbortSignal; readonly onWait?: () => void },
): Promise<AsyncDisposable> {
  const digest = createHash("sha256")
    .update(`${process.getuid?.() ?? 0} ${name}`)
    .digest("hex");
  const address = `\0assay-${digest.slice(0, 40)}`;
  let hasWaited = false;
  for (;;) {
    options.signal.throwIfAborted();
    const holder = await tryListen(address);
    if (holder !== undefined) return holder;
    if (!hasWaited) options.onWait?.();
    hasWaited = true;
    await waitForHolder(address, options.signal);
  }
}

async function tryListen(address: string): Promise<AsyncDisposable | undefined> {
  const waiting = new Set<import("node:net").Socket>();
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

async function waitForHolder(address: string, signal: AbortSignal): Promise<void> {
  const socket = connect(address);
  const stop = () => socket.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await new Promise<void>((resolve) => {
      socket.on("error", () => undefined);
      socket.on("close", () => resolve());
      socket.resume();
    });
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
  signal.throwIfAborted();
}
