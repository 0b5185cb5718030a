import { Duplex } from "node:stream";
import type { QmpEvent } from "../../qemu/machine/qmp-client.ts";
import type { DomainEvents } from "../connection/events.ts";
import { type Virsh, VirshRefused } from "../connection/virsh.ts";

/** One command as the client of QEMU's protocol writes it. */
interface Command {
  readonly execute: string;
  readonly arguments?: unknown;
  readonly id: number;
}

type Answer = { readonly return: unknown } | { readonly error: { readonly class: string; readonly desc: string } };

/** What a QEMU tells that stands after its guest has powered off; that of a domain has gone then. */
const OFF = { status: "shutdown", running: false } as const;

/**
 * QEMU's monitor as libvirt passes it on, over whatever way libvirt is reached: it speaks as QEMU does, so that what is
 * made for QEMU works on a domain. It lives as long as the domain is known, also while that is off.
 */
export class PassedMonitor extends Duplex {
  readonly #virsh: Virsh;
  readonly #domain: string;
  readonly #stopListening: () => void;
  readonly #closing = new AbortController();
  #rest = "";
  #last: Promise<void> = Promise.resolve();

  constructor(virsh: Virsh, events: DomainEvents, domain: string) {
    super();
    this.#virsh = virsh;
    this.#domain = domain;
    this.#stopListening = events.onMonitor(domain, ({ event, data }) => this.#tell({ event, data } satisfies QmpEvent));
    void events.ended.then(() => this.destroy());
    this.#tell({ QMP: {} });
  }

  override _read(): void {
    // Everything is pushed as soon as it is there.
  }

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const lines = (this.#rest + chunk.toString()).split("\n");
    this.#rest = lines.pop() ?? "";
    // One after the other, as in QEMU itself.
    for (const line of lines) this.#last = this.#last.then(() => this.#carryOut(JSON.parse(line) as Command));
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stopListening();
    this.#closing.abort();
    done(error);
  }

  async #carryOut({ id, ...command }: Command): Promise<void> {
    this.#tell({ id, ...(await this.#answer(command)) });
  }

  async #answer(command: Omit<Command, "id">): Promise<Answer> {
    // libvirt did so when it started QEMU.
    if (command.execute === "qmp_capabilities") return { return: {} };
    try {
      const text = await this.#virsh.run(["qemu-monitor-command", this.#domain, JSON.stringify(command)], {
        signal: this.#closing.signal,
      });
      const { error, return: value } = JSON.parse(text) as {
        return?: unknown;
        error?: { class: string; desc: string };
      };
      return error === undefined ? { return: value } : { error };
    } catch (error) {
      const isOff = error instanceof VirshRefused && error.words.includes("domain is not running");
      if (isOff && command.execute === "query-status") return { return: OFF };
      const desc = isOff ? "the machine is off" : error instanceof Error ? error.message : String(error);
      return { error: { class: "GenericError", desc } };
    }
  }

  #tell(message: object): void {
    if (!this.destroyed) this.push(`${JSON.stringify(message)}\n`);
  }
}
