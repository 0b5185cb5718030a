import { readFile } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { NodeUnreachable } from "../../../errors/catalogue.ts";
import type { SerialConsole } from "../../../features/serial-console.ts";
import { consoleLines } from "../../../os/console-text.ts";

/** The first serial port of a machine: QEMU writes the log file, the socket brings every byte as it comes. */
export class SerialPort implements SerialConsole {
  readonly featureName = "SerialConsole";
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

  async log(): Promise<string> {
    return await readFile(this.#logPath, "utf8");
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
