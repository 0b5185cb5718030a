import type { Duplex } from "node:stream";
import type { LinkQuality } from "../../../features/private-network.ts";
import { DelayLine } from "./delay-line.ts";
import { FrameReader, LENGTH_BYTES, withWrongBit } from "./frame-reader.ts";
import { Impairment } from "./impairment.ts";

/** What may wait for a guest that does not read; a switch drops the rest. */
const QUEUE_BYTES = 1 << 20;
/** What may be on its way over links with latency: a second of a gigabit; the rest is dropped as well. */
const DELAYED_BYTES = 1 << 27;
/** Addresses that are known at a time, as many as common switches hold; frames for others go to everyone. */
const MAX_ADDRESSES = 8192;
const ADDRESS_BYTES = 6;

interface Port {
  readonly name: string;
  readonly segment: number;
  readonly stream: Duplex;
  readonly reader: FrameReader;
  readonly detach: () => void;
}

/** A port that was taken out of its switch, for another one to go on with. */
export interface ReleasedPort {
  readonly name: string;
  readonly segment: number;
  readonly stream: Duplex;
  /** The beginning of a frame. */
  readonly rest: Buffer;
}

interface Link {
  readonly isCut: boolean;
  readonly quality: LinkQuality | undefined;
  /** One for each direction, by the name of the sender. */
  readonly impairments: ReadonlyMap<string, Impairment>;
}

const WHOLE: Link = { isCut: false, quality: undefined, impairments: new Map() };

/** Where a machine is plugged in. */
interface PortPlace {
  /** Network of its own on the same switch; frames stay in it. Default 0. */
  readonly segment?: number;
  /** The beginning of a frame, which another switch was left with. */
  readonly rest?: Buffer;
}

/**
 * An Ethernet switch between machines, in this process: it learns which address is where, passes frames on, and cuts or
 * spoils links when it is told to. A machine can have several ports, each in another segment; its links are spoilt in
 * all of them. It ends with the process, and so do the machines.
 */
export class EthernetSwitch implements Disposable {
  readonly #ports = new Set<Port>();
  /** By segment and address. */
  readonly #portOf = new Map<number, Map<number, Port>>();
  readonly #links = new Map<string, Link>();
  readonly #delayed: DelayLine;
  readonly #random: () => number;

  /** `random` decides which frames are lost; `delayedBytes` is what may be on its way at a time. */
  constructor(random: () => number = Math.random, delayedBytes = DELAYED_BYTES) {
    this.#random = random;
    this.#delayed = new DelayLine(delayedBytes);
  }

  /** Plugs in the machine `name`; `stream` is the other end of its QEMU's `-netdev socket` or `stream`. */
  connect(name: string, stream: Duplex, { segment = 0, rest }: PortPlace = {}): void {
    const receive = (bytes: Buffer) => this.#receive(port, bytes);
    const leave = () => this.#leave(port);
    const port: Port = {
      name,
      segment,
      stream,
      reader: new FrameReader(rest),
      detach() {
        stream.off("data", receive);
        stream.off("end", leave);
        stream.off("close", leave);
      },
    };
    this.#ports.add(port);
    stream.on("end", leave);
    stream.on("close", leave);
    stream.on("data", receive);
    stream.resume();
  }

  /** Takes every frame between the two machines, in both directions. */
  cut(one: string, other: string): void {
    this.#links.set(linkKey(one, other), { ...WHOLE, isCut: true });
  }

  /** Makes the link between two machines worse than it is; undefined makes it as good as new, unless it is cut. */
  impair(one: string, other: string, quality: LinkQuality | undefined): void {
    const { isCut } = this.#linkOf(one, other);
    const sides = quality === undefined ? [] : [one, other];
    const impairments = new Map(sides.map((side) => [side, new Impairment(quality ?? {}, this.#random)]));
    this.#links.set(linkKey(one, other), { isCut, quality, impairments });
  }

  /** What {@link impair} last said of a link. */
  qualityOf(one: string, other: string): LinkQuality | undefined {
    return this.#linkOf(one, other).quality;
  }

  /** All links are as they were in the beginning. */
  heal(): void {
    this.#links.clear();
  }

  /** Takes all ports out, between two frames of each. Delayed frames are lost. */
  release(): readonly ReleasedPort[] {
    const released = [...this.#ports].map(({ name, segment, stream, reader, detach }) => {
      detach();
      stream.pause();
      return { name, segment, stream, rest: reader.rest };
    });
    this[Symbol.dispose]();
    return released;
  }

  /** The streams are their machines' to close. */
  [Symbol.dispose](): void {
    this.#delayed[Symbol.dispose]();
    for (const { detach } of this.#ports) detach();
    this.#ports.clear();
    this.#portOf.clear();
  }

  #linkOf(one: string, other: string): Link {
    return this.#links.get(linkKey(one, other)) ?? WHOLE;
  }

  #leave(port: Port): void {
    port.detach();
    this.#ports.delete(port);
    const known = this.#knownIn(port.segment);
    for (const [address, at] of known) if (at === port) known.delete(address);
  }

  #knownIn(segment: number): Map<number, Port> {
    const known = this.#portOf.get(segment) ?? new Map<number, Port>();
    this.#portOf.set(segment, known);
    return known;
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
    const known = this.#knownIn(from.segment);
    for (const frame of frames) {
      if (frame.length < LENGTH_BYTES + 2 * ADDRESS_BYTES) continue;
      const source = frame.readUIntBE(LENGTH_BYTES + ADDRESS_BYTES, ADDRESS_BYTES);
      if (known.size < MAX_ADDRESSES || known.has(source)) known.set(source, from);
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
    const address = frame.readUIntBE(LENGTH_BYTES, ADDRESS_BYTES);
    const known = isForAll ? undefined : this.#portOf.get(from.segment)?.get(address);
    if (known !== undefined) return known === from ? [] : [known];
    return [...this.#ports].filter((port) => port !== from && port.segment === from.segment);
  }

  #pass(frame: Buffer, from: Port, to: Port): void {
    const { isCut, impairments } = this.#linkOf(from.name, to.name);
    if (isCut) return;
    const impairment = impairments.get(from.name);
    if (impairment === undefined) {
      write(frame, to);
      return;
    }
    const now = performance.now();
    for (const { atMs, isCorrupt } of impairment.passages(frame.length - LENGTH_BYTES, now)) {
      const passed = isCorrupt ? withWrongBit(frame, this.#random) : frame;
      if (atMs <= now) {
        write(passed, to);
        continue;
      }
      const kept = Buffer.from(passed);
      this.#delayed.add(atMs, kept.length, () => {
        if (this.#ports.has(to)) write(kept, to);
      });
    }
  }
}

/** A frame that has to wait is copied: as it came it holds on to the whole piece that was read with it. */
function write(frame: Buffer, { stream }: Port): void {
  if (stream.destroyed || stream.writableLength + frame.length > QUEUE_BYTES) return;
  stream.write(stream.writableNeedDrain ? Buffer.from(frame) : frame);
}

const linkKey = (one: string, other: string): string => (one < other ? `${one} ${other}` : `${other} ${one}`);
