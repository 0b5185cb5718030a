import { EventEmitter, once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface TcpRelay extends AsyncDisposable {
  readonly port: number;
  /** Breaks every connection at once, as a network does. */
  cut(): void;
  /** Passes nothing on any more and closes nothing, as when the machine at the other end is switched off. */
  vanish(): void;
  /** While deaf, new connections are accepted and get no answer, like a port forward to a machine that is down. */
  setDeaf(isDeaf: boolean): void;
  /** Resolves when the next connection has come in. */
  connected(): Promise<void>;
  /** How many connections have come in so far. */
  readonly accepted: number;
  /** Resolves when no connection is open. */
  idle(): Promise<void>;
}

/** Passes connections on to a port of this machine. */
export async function startTcpRelay(targetPort: number): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  const arrivals = new EventEmitter();
  let isDeaf = false;
  let accepted = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      if (sockets.size === 0) arrivals.emit("idle");
    });
    socket.on("error", () => socket.destroy());
    return socket;
  };
  const server = createServer({ noDelay: true }, (incoming) => {
    keep(incoming);
    accepted += 1;
    arrivals.emit("connection");
    if (isDeaf) return;
    const outgoing = keep(connect({ port: targetPort, host: "127.0.0.1", noDelay: true }));
    incoming.pipe(outgoing);
    outgoing.pipe(incoming);
    incoming.once("close", () => outgoing.destroy());
    outgoing.once("close", () => incoming.destroy());
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    resolve(typeof address === "object" && address !== null ? address.port : 0);
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: await promise,
    cut,
    vanish: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    setDeaf: (value) => {
      isDeaf = value;
    },
    connected: async () => {
      await once(arrivals, "connection");
    },
    get accepted() {
      return accepted;
    },
    idle: async () => {
      if (sockets.size > 0) await once(arrivals, "idle");
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      const { promise: closed, resolve: close } = Promise.withResolvers<void>();
      server.close(() => close());
      await closed;
    },
  };
}
