import type { Duplex } from "node:stream";
import type { LinkQuality } from "../../../features/private-network.ts";
import { FrameReader, LENGTH_BYTES } from "./frame-reader.ts";

/** What may wait for a guest that does not read; a switch drops the rest. */
const QUEUE_BYTES = 1 << 20;
/** What may be on its way to a guest over links with latency: a second of a gigabit; the rest is dropped as well. */
const DELAYED_BYTES = 1 << 27;
/** Addresses that are known at a time, as many as common switches hold; frames for others go to everyone. */
const MAX_ADDRESSES = 8192;
const ADDRESS_BYTES = 6;

interface Port {
  readonly name: string;
  readonly stream: Duplex;
  readonly reader: FrameReader;
  readonly detach: () => void;
  /** On the way to it over links with latency. */
  delayedBytes: number;
}

/** A port that was taken out of its switch, for another one to go on with. */
export interface ReleasedPort {
  readonly name: string;
  readonly stream: Duplex;
  /** The beginning of a frame. */
  readonly rest: Buffer;
}

interface Link {
  readonly isCut: boolean;
  readonly quality: LinkQuality | undefined;
}

/**
 * An Ethernet switch between machines, in this process: it learns which address is where, passes frames on, and cuts or
 * spoils links when it is told to. It ends with the process, and so do the machines.
 */
export class EthernetSwitch implements Disposable {
  readonly #ports = new Map<string, Port>();
  readonly #portOf = new Map<number, Port>();
  readonly #links = new Map<string, Link>();
  readonly #delayed = new Set<NodeJS.Timeout>();
  readonly #random: () => number;
  readonly #delayedBytes: number;

  /** `random` decides which frames are lost; `delayedBytes` is what may be on its way to one guest. */
  constructor(random: () => number = Math.random, delayedBytes = DELAYED_BYTES) {
    this.#random = random;
    this.#delayedBytes = delayedBytes;
  }

  /** Plugs in the machine `name`; `stream` is the other end of its QEMU's `-netdev socket`. */
  connect(name: string, stream: Duplex, rest?: Buffer): void {
    const receive = (bytes: Buffer) => this.#receive(port, bytes);
    const leave = () => this.#leave(port);
    const port: Port = {
      name,
      stream,
      reader: new FrameReader(rest),
      delayedBytes: 0,
      detach() {
        stream.off("data", receive);
        stream.off("end", leave);
        stream.off("close", leave);
      },
    };
    this.#ports.set(name, port);
    stream.on("end", leave);
    stream.on("close", leave);
    stream.on("data", receive);
    stream.resume();
  }

  /** Takes every frame between the two machines, in both directions. */
  cut(one: string, other: string): void {
    this.#links.set(linkKey(one, other), { isCut: true, quality: undefined });
  }

  /** Makes the link between two machines worse than it is. */
  impair(one: string, other: string, quality: LinkQuality): void {
    const isCut = this.#links.get(linkKey(one, other))?.isCut ?? false;
    this.#links.set(linkKey(one, other), { isCut, quality });
  }

  /** All links are as they were in the beginning. */
  heal(): void {
    this.#links.clear();
  }

  /** Takes all ports out, between two frames of each. Delayed frames are lost. */
  release(): readonly ReleasedPort[] {
    const released = [...this.#ports.values()].map(({ name, stream, reader, detach }) => {
      detach();
      stream.pause();
      return { name, stream, rest: reader.rest };
    });
    this[Symbol.dispose]();
    return released;
  }

  /** The streams are their machines' to close. */
  [Symbol.dispose](): void {
    for (const timer of this.#delayed) clearTimeout(timer);
    this.#delayed.clear();
    for (const { detach } of this.#ports.values()) detach();
    this.#ports.clear();
    this.#portOf.clear();
  }

  #leave(port: Port): void {
    port.detach();
    this.#ports.delete(port.name);
    for (const [address, at] of this.#portOf) if (at === port) this.#portOf.delete(address);
  }

  #receive(from: Port, bytes: Buffer): void {
    let frames: Buffer[];
    try {
      frames = from.reader.push(bytes);
    } catch {
      // Out of step: nothing that follows can be told apart any more.
      this.#leave(from);
      return;
    }
    const targets = new Set<Port>();
    for (const frame of frames) {
      if (frame.length < LENGTH_BYTES + 2 * ADDRESS_BYTES) continue;
      const source = frame.readUIntBE(LENGTH_BYTES + ADDRESS_BYTES, ADDRESS_BYTES);
      if (this.#portOf.size < MAX_ADDRESSES || this.#portOf.has(source)) this.#portOf.set(source, from);
      for (const to of this.#targetsOf(frame, from)) {
        // One system call for all frames of a piece that go the same way.
        if (!targets.has(to)) to.stream.cork();
        targets.add(to);
        this.#pass(frame, from, to);
      }
    }
    for (const to of targets) to.stream.uncork();
  }

  #targetsOf(frame: Buffer, from: Port): Iterable<Port> {
    const isForAll = ((frame[LENGTH_BYTES] ?? 0) & 1) === 1;
    const known = isForAll ? undefined : this.#portOf.get(frame.readUIntBE(LENGTH_BYTES, ADDRESS_BYTES));
    if (known !== undefined) return known === from ? [] : [known];
    return [...this.#ports.values()].filter((port) => port !== from);
  }

  #pass(frame: Buffer, from: Port, to: Port): void {
    const link = this.#links.get(linkKey(from.name, to.name));
    const { lossPercent = 0, latencyMs = 0 } = link?.quality ?? {};
    if (link?.isCut === true || (lossPercent > 0 && this.#random() * 100 < lossPercent)) return;
    if (latencyMs === 0) {
      write(frame, to);
      return;
    }
    if (to.delayedBytes + frame.length > this.#delayedBytes) return;
    const kept = Buffer.from(frame);
    to.delayedBytes += kept.length;
    const timer = setTimeout(() => {
      this.#delayed.delete(timer);
      to.delayedBytes -= kept.length;
      if (this.#ports.get(to.name) === to) write(kept, to);
    }, latencyMs);
    this.#delayed.add(timer);
  }
}

/** A frame that has to wait is copied: as it came it holds on to the whole piece that was read with it. */
function write(frame: Buffer, { stream }: Port): void {
  if (stream.destroyed || stream.writableLength + frame.length > QUEUE_BYTES) return;
  stream.write(stream.writableNeedDrain ? Buffer.from(frame) : frame);
}

const linkKey = (one: string, other: string): string => (one < other ? `${one} ${other}` : `${other} ${one}`);
