import type { LinkQuality } from "../../../features/private-network.ts";

/** What may wait for a slow link, in ms of its time; a router's queue is no longer either. */
const MOST_QUEUE_MS = 1000;

/** When a frame, or its copy, comes out at the other end. */
export interface Passage {
  /** On the clock of the caller. */
  readonly atMs: number;
  readonly isCorrupt: boolean;
}

/** Decides what becomes of the frames that go one way over a link of some quality. */
export class Impairment {
  readonly #quality: LinkQuality;
  readonly #random: () => number;
  /** When the link has sent all that it was given. */
  #freeAtMs = Number.NEGATIVE_INFINITY;
  /** When the last frame that keeps its place comes out. */
  #lastAtMs = Number.NEGATIVE_INFINITY;

  /** `random` gives numbers from 0 to 1 and is asked for what may happen only. */
  constructor(quality: LinkQuality, random: () => number) {
    this.#quality = quality;
    this.#random = random;
  }

  /** When a frame of so many bytes that is sent at `nowMs` comes out: never, once or twice. */
  passages(bytes: number, nowMs: number): readonly Passage[] {
    const { lossPercent, duplicatePercent } = this.#quality;
    if (this.#happens(lossPercent)) return [];
    const passages: Passage[] = [];
    for (let left = this.#happens(duplicatePercent) ? 2 : 1; left > 0; left--) {
      const sentAtMs = this.#send(bytes, nowMs);
      if (sentAtMs === undefined) break;
      passages.push({ atMs: this.#arrival(sentAtMs), isCorrupt: this.#happens(this.#quality.corruptPercent) });
    }
    return passages;
  }

  /** When the link has sent it; undefined when its queue is full. */
  #send(bytes: number, nowMs: number): number | undefined {
    const { bitsPerSecond } = this.#quality;
    if (bitsPerSecond === undefined) return nowMs;
    const beginsAtMs = Math.max(nowMs, this.#freeAtMs);
    if (beginsAtMs - nowMs > MOST_QUEUE_MS) return undefined;
    this.#freeAtMs = beginsAtMs + (bytes * 8000) / bitsPerSecond;
    return this.#freeAtMs;
  }

  #arrival(sentAtMs: number): number {
    const { latencyMs = 0, jitterMs = 0, reorderPercent } = this.#quality;
    if (this.#happens(reorderPercent)) return sentAtMs;
    const jitter = jitterMs === 0 ? 0 : (2 * this.#random() - 1) * jitterMs;
    this.#lastAtMs = Math.max(this.#lastAtMs, sentAtMs + Math.max(0, latencyMs + jitter));
    return this.#lastAtMs;
  }

  #happens(percent = 0): boolean {
    return percent > 0 && this.#random() * 100 < percent;
  }
}
