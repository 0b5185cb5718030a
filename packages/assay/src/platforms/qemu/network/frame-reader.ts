/** Bytes before each frame on QEMU's stream: its length, big-endian (net/socket.c and net/stream.c of QEMU). */
export const LENGTH_BYTES = 4;
/** QEMU's own bound (NET_BUFSIZE); more means that the stream is out of step. */
const MAX_FRAME_BYTES = 69_632;

/** Of the Ethernet header: both addresses and the type. */
const HEADER_BYTES = 14;

/** A copy of `frame`, its length before it, with one bit behind the Ethernet header changed. */
export function withWrongBit(frame: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(frame);
  const first = LENGTH_BYTES + HEADER_BYTES;
  const place = Math.min(copy.length - 1, first + Math.floor(random() * Math.max(0, copy.length - first)));
  copy[place] = (copy[place] ?? 0) ^ (1 << Math.floor(random() * 8));
  return copy;
}

/** Cuts QEMU's stream into frames, each with its length before it, so that it can be passed on as it is. */
export class FrameReader {
  #rest: Buffer;

  /** `rest` is what another reader of the same stream was left with. */
  constructor(rest: Buffer = Buffer.alloc(0)) {
    this.#rest = rest;
  }

  /** The beginning of a frame whose end has not come yet. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** The frames that `bytes` complete. Throws RangeError when this cannot be QEMU's stream. */
  push(bytes: Buffer): Buffer[] {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: Buffer[] = [];
    let start = 0;
    while (all.length - start >= LENGTH_BYTES) {
      const length = all.readUInt32BE(start);
      if (length > MAX_FRAME_BYTES) throw new RangeError(`A frame of ${length} bytes; at most ${MAX_FRAME_BYTES} fit.`);
      const end = start + LENGTH_BYTES + length;
      if (end > all.length) break;
      frames.push(all.subarray(start, end));
      start = end;
    }
    this.#rest = all.subarray(start);
    return frames;
  }
}
