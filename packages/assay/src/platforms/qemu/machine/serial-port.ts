import { open, stat } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { NodeUnreachable } from "../../../errors/catalogue.ts";
import { consoleLines } from "../../../os/console-text.ts";

/** The first serial port of a machine: QEMU writes the log file, the socket brings every byte as it comes. */
export class SerialPort {
  readonly #socket: Duplex;
  readonly #logPath: string;
  readonly #followers = new Set<(text: string) => void>();

  constructor(socket: Duplex, logPath: string) {
    this.#socket = socket;
    this.#logPath = logPath;
    const decoder = new StringDecoder("utf8");
    // Read without followers too: a full socket would hold up the guest's console.
    socket.on("data", (bytes: Buffer) => {
      const text = decoder.write(bytes);
      if (text !== "") for (const follower of [...this.#followers]) follower(text);
    });
  }

  /** What is in the log from byte `from` on. */
  async log(from = 0): Promise<string> {
    await using file = await open(this.#logPath, "r");
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, size - from));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead).toString("utf8");
  }

  /** Bytes in the log. */
  async position(): Promise<number> {
    return (await stat(this.#logPath)).size;
  }

  follow(onText: (text: string) => void): () => void {
    this.#followers.add(onText);
    return () => this.#followers.delete(onText);
  }

  async write(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(text, (error) => {
        if (error)
          reject(new NodeUnreachable("The serial console is closed: the machine's QEMU has ended.", { cause: error }));
        else resolve();
      });
    });
  }
}

/** The last `lines` lines of a console log, without what terminals need and people cannot read. */
export function consoleTail(log: string, lines = 40): string {
  return consoleLines(log)
    .filter((line) => line.trim() !== "")
    .slice(-lines)
    .join("\n");
}
