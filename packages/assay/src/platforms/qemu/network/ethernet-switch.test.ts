import { once } from "node:events";
import { type Duplex, duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { EthernetSwitch } from "./ethernet-switch.ts";
import { FrameReader } from "./frame-reader.ts";

const EVERYONE = 0xffffffffffff;

function frame(to: number, from: number, text: string): Buffer {
  const bytes = Buffer.alloc(4 + 12 + text.length);
  bytes.writeUInt32BE(12 + text.length);
  bytes.writeUIntBE(to, 4, 6);
  bytes.writeUIntBE(from, 10, 6);
  bytes.write(text, 16);
  return bytes;
}

/** A machine at the switch: what it sends, and what has come to it so far. */
class Guest {
  readonly seen: string[] = [];
  readonly #stream: Duplex;

  constructor(name: string, to: EthernetSwitch, segment = 0) {
    const [mine, theirs] = duplexPair();
    this.#stream = mine;
    const reader = new FrameReader();
    mine.on("data", (bytes: Buffer) => {
      this.seen.push(...reader.push(bytes).map((each) => each.subarray(16).toString()));
    });
    to.connect(name, theirs, { segment });
  }

  async send(to: number, from: number, ...texts: string[]): Promise<void> {
    this.#stream.write(Buffer.concat(texts.map((text) => frame(to, from, text))));
    await settled();
  }

  /** One frame to `to`, which is not waited for. */
  sendAt(to: number, from: number): void {
    this.#stream.write(frame(to, from, ""));
  }

  async leave(): Promise<void> {
    const closed = once(this.#stream, "close");
    this.#stream.destroy();
    await closed;
    await settled();
  }
}

/** Pairs of streams hand over in ticks and microtasks, all of which are over by the next turn but one. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function three(random?: () => number) {
  const between = new EthernetSwitch(random);
  return { between, a: new Guest("a", between), b: new Guest("b", between), c: new Guest("c", between) };
}

test("what is for everyone reaches the others, what is for one only that one once it is known", async () => {
  const { a, b, c } = three();
  await a.send(EVERYONE, 1, "who is 2?");
  await b.send(1, 2, "I am");
  await a.send(2, 1, "hello", "again");
  expect([a.seen, b.seen, c.seen]).toEqual([["I am"], ["who is 2?", "hello", "again"], ["who is 2?"]]);
});

test("a cut link takes frames of both directions and no others, until it is healed", async () => {
  const { between, a, b, c } = three();
  between.cut("a", "b");
  await a.send(EVERYONE, 1, "one");
  await b.send(EVERYONE, 2, "two");
  await b.send(1, 2, "three");
  expect([a.seen, b.seen, c.seen]).toEqual([[], [], ["one", "two"]]);
  between.heal();
  await b.send(1, 2, "four");
  expect(a.seen).toEqual(["four"]);
});

test("a lossy link loses the frames that the dice say", async () => {
  const dice = [0.1, 0.9, 0.3].values();
  const { between, a, b } = three(() => dice.next().value ?? 0);
  between.impair("a", "b", { lossPercent: 30 });
  await a.send(EVERYONE, 1, "lost", "kept", "kept too");
  expect(b.seen).toEqual(["kept", "kept too"]);
});

test("frames that are delayed keep their order, and are not waited for when the switch ends", async () => {
  const { between, a, b } = three();
  between.impair("a", "b", { latencyMs: 5 });
  await a.send(EVERYONE, 1, "one", "two", "three");
  await expect.poll(() => b.seen).toEqual(["one", "two", "three"]);
  between.impair("a", "b", { latencyMs: 1e6 });
  await a.send(EVERYONE, 1, "never");
  between[Symbol.dispose]();
  expect(b.seen).toHaveLength(3);
});

test("a cut link stays cut when it is made worse", async () => {
  const { between, a, b } = three();
  between.cut("b", "a");
  between.impair("a", "b", { latencyMs: 0 });
  await a.send(EVERYONE, 1, "one");
  expect(b.seen).toEqual([]);
});

test("what was learnt of a machine is forgotten when it leaves, and noise takes only its sender out", async () => {
  const { a, b, c } = three();
  await b.send(EVERYONE, 2, "here");
  await b.leave();
  await a.send(2, 1, "still there?");
  expect(c.seen).toEqual(["here", "still there?"]);
  await a.send(1, 1, "x".repeat(70_000));
  await c.send(EVERYONE, 3, "nobody left");
  expect(a.seen).toEqual(["here"]);
});

test("frames stay in their segment, and links are as bad in each of them", async () => {
  const { between, a, b } = three();
  const [a1, b1] = [new Guest("a", between, 1), new Guest("b", between, 1)];
  await a1.send(EVERYONE, 1, "in the second");
  await b.send(1, 2, "1 is not known in the first");
  expect([a.seen, b.seen, b1.seen]).toEqual([["1 is not known in the first"], [], ["in the second"]]);
  between.impair("a", "b", { lossPercent: 100 });
  await b1.send(EVERYONE, 2, "lost");
  expect(a1.seen).toEqual([]);
  between.impair("a", "b", undefined);
  await b1.send(EVERYONE, 2, "kept");
  expect(a1.seen).toEqual(["kept"]);
});

test("copies come twice, and a wrong bit is behind the header", async () => {
  const { between, a, b } = three(() => 0);
  between.impair("a", "b", { duplicatePercent: 100 });
  await a.send(EVERYONE, 1, "twice");
  between.impair("a", "b", { corruptPercent: 100 });
  await a.send(EVERYONE, 1, "..A");
  expect(b.seen).toEqual(["twice", "twice", "..@"]);
});

test("another switch goes on where one was released", async () => {
  const { between, a, b } = three();
  between.cut("a", "b");
  const heir = new EthernetSwitch();
  for (const { name, stream, ...place } of between.release()) heir.connect(name, stream, place);
  await a.send(EVERYONE, 1, "hello");
  expect(b.seen).toEqual(["hello"]);
});

test("addresses that a guest makes up are not all remembered", async () => {
  const { a, b, c } = three();
  await a.send(EVERYONE, 1, "here");
  await b.send(EVERYONE, 2, "here");
  const made = Array.from({ length: 10_000 }, (_, index) => 0x100 + 2 * index);
  for (const address of made) a.sendAt(1, address);
  await settled();
  const before = c.seen.length;
  await b.send(made.at(-1) ?? 0, 2, "to the last");
  await b.send(made[0] ?? 0, 2, "to the first");
  await b.send(1, 2, "to the real one");
  expect(c.seen.slice(before)).toEqual(["to the last"]);
  expect(a.seen.slice(-2)).toEqual(["to the first", "to the real one"]);
});

test("a guest that does not read loses frames, and so does a link that holds too many", async () => {
  const between = new EthernetSwitch(Math.random, 100_000);
  const a = new Guest("a", between);
  const b = new Guest("b", between);
  const [, deaf] = duplexPair();
  between.connect("deaf", deaf);
  const text = "x".repeat(30_000);
  for (let count = 0; count < 40; count++) await a.send(EVERYONE, 1, text);
  expect(b.seen).toHaveLength(40);
  expect(deaf.writableLength).toBeGreaterThan(2 ** 19);
  expect(deaf.writableLength).toBeLessThanOrEqual(2 ** 20);
  between.impair("a", "b", { latencyMs: 20 });
  await a.send(EVERYONE, 1, text, text, text, text, text);
  await expect.poll(() => b.seen.length).toBe(43);
  await a.send(EVERYONE, 1, "free again");
  await expect.poll(() => b.seen.slice(43)).toEqual(["free again"]);
});
