import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { PlatformError } from "../../../errors/catalogue.ts";

/**
 * The end of a machine's private interface in this process: a port of the loopback, to which its QEMU connects when it
 * starts, and again whenever it is started anew.
 */
export class Wire implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #onConnection: (stream: Socket) => void;

  private constructor(server: Server, port: number, onConnection: (stream: Socket) => void) {
    this.#server = server;
    this.port = port;
    this.#onConnection = onConnection;
    server.on("connection", (socket) => this.#accept(socket));
  }

  /** `onConnection` gets each new connection; frames in it are those of QEMU's `-netdev socket`. */
  static async listen(onConnection: (stream: Socket) => void): Promise<Wire> {
    const server = createServer({ noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new PlatformError("A private network has no port.");
    return new Wire(server, address.port, onConnection);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    socket.on("error", () => undefined);
    // One machine has one interface: whoever else finds the port gets nothing.
    if (this.#sockets.size > 0) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    this.#onConnection(socket);
  }
}

/** A wire that leads nowhere, for a machine that is booted to be copied. */
export async function looseWire(): Promise<Wire> {
  return await Wire.listen((socket) => void socket.pipe(new PassThrough().resume()));
}
