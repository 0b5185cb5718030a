import type { Socket } from "node:net";
import type { LinkQuality } from "../../../features/private-network.ts";
import type { QmpClient } from "../machine/qmp-client.ts";
import { DelayLine } from "../network/delay-line.ts";
import { FrameReader, LENGTH_BYTES, withWrongBit } from "../network/frame-reader.ts";
import { Impairment } from "../network/impairment.ts";
import { type Meeting, meetQemu } from "./qemu-socket.ts";

/** What may wait here in all; the rest is dropped. */
const MOST_BYTES = 1 << 27;
/** What may wait for a QEMU that does not read. */
const QUEUE_BYTES = 1 << 20;

/** QEMU's words: `rx` is what the guest sends, `tx` is what is sent to it. */
const DIRECTIONS = ["rx", "tx"] as const;

export interface DetourOrder {
  readonly qmp: QmpClient;
  /** QEMU's name of the network end of the interface. */
  readonly netdev: string;
  readonly quality: LinkQuality;
  /** Frames, each after its length, that pass as if there were no detour. */
  readonly isSpared: (frame: Buffer) => boolean;
  /** Where QEMU finds this process. */
  readonly meeting?: Meeting;
}

/**
 * Leads all frames of an interface through this process, which loses and delays them, and back. QEMU's own filters do
 * the leading, so the guest notices nothing but the loss and the delay.
 */
export class FrameDetour implements AsyncDisposable {
  readonly #order: DetourOrder;
  readonly #delayed = new DelayLine(MOST_BYTES);
  /** What undoes each step, the last step first. */
  readonly #undo = new AsyncDisposableStack();

  private constructor(order: DetourOrder) {
    this.#order = order;
  }

  /** Throws PlatformError or TimedOut; the interface is as before then. */
  static async open(order: DetourOrder): Promise<FrameDetour> {
    await using opened = new AsyncDisposableStack();
    const detour = opened.use(new FrameDetour(order));
    for (const direction of DIRECTIONS) await detour.#lead(direction);
    opened.move();
    return detour;
  }

  /** The interface is whole again. What was on its way is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#delayed[Symbol.dispose]();
    await this.#undo.disposeAsync();
  }

  async #lead(queue: (typeof DIRECTIONS)[number]): Promise<void> {
    const { qmp, netdev, quality } = this.#order;
    const id = `${netdev}-${queue}`;
    const back = await this.#connect(`${id}-back`);
    const away = await this.#connect(`${id}-away`);
    const reader = new FrameReader();
    const impairment = new Impairment(quality, Math.random);
    away.on("data", (bytes: Buffer) => {
      for (const frame of reader.push(bytes)) this.#pass(frame, impairment, back);
    });
    const ends = { indev: `${id}-back`, outdev: `${id}-away` };
    await qmp.execute("object-add", { "qom-type": "filter-redirector", id, netdev, queue, ...ends });
    this.#undo.defer(async () => {
      await qmp.execute("object-del", { id });
    });
  }

  async #connect(id: string): Promise<Socket> {
    const { qmp, meeting } = this.#order;
    const socket = await meetQemu(
      ({ type, ...data }) =>
        qmp.execute("chardev-add", {
          id,
          backend: {
            type: "socket",
            data: { addr: { type, data }, server: false, ...(type === "inet" && { nodelay: true }) },
          },
        }),
      undefined,
      meeting,
    );
    this.#undo.defer(async () => {
      await qmp.execute("chardev-remove", { id });
      socket.destroy();
    });
    return socket;
  }

  #pass(frame: Buffer, impairment: Impairment, back: Socket): void {
    if (this.#order.isSpared(frame)) {
      write(frame, back);
      return;
    }
    const now = performance.now();
    for (const { atMs, isCorrupt } of impairment.passages(frame.length - LENGTH_BYTES, now)) {
      const passed = isCorrupt ? withWrongBit(frame, Math.random) : frame;
      if (atMs <= now) {
        write(passed, back);
        continue;
      }
      const kept = Buffer.from(passed);
      this.#delayed.add(atMs, kept.length, () => write(kept, back));
    }
  }
}

function write(frame: Buffer, socket: Socket): void {
  if (socket.destroyed || socket.writableLength + frame.length > QUEUE_BYTES) return;
  socket.write(socket.writableNeedDrain ? Buffer.from(frame) : frame);
}
