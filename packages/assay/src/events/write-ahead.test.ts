import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { HostExhausted } from "../errors/catalogue.ts";
import { Journal, readJournal } from "./journal.ts";
import type { EventBody, RunEvent } from "./types.ts";
import { WriteAhead } from "./write-ahead.ts";

const FULL = new HostExhausted("The disk is full.");

/** A journal on a disk that is done with a flush when the test says so. */
class SlowDisk {
  readonly journal = new Journal(join(mkdtempSync(join(tmpdir(), "assay-ahead-")), "journal.ndjson"));
  readonly shown: string[] = [];
  readonly ahead: WriteAhead;
  /** Asynchronous flushes that were begun. */
  flushes = 0;
  /** What flushes that nobody can interrupt come to. */
  isFull = false;
  #end = Promise.withResolvers<void>();
  #seq = 0;

  constructor(onShown: (event: RunEvent, disk: SlowDisk) => void = () => undefined) {
    const { journal } = this;
    const port = {
      append: (line: string) => journal.append(line),
      cutTo: (sizeBytes: number) => journal.cutTo(sizeBytes),
      syncNow: () => {
        if (this.isFull) throw FULL;
        journal.syncNow();
      },
      sync: async () => {
        this.flushes += 1;
        this.#end = Promise.withResolvers<void>();
        await this.#end.promise;
      },
      get isClosed() {
        return journal.isClosed;
      },
    };
    this.ahead = new WriteAhead(port, (event) => {
      this.shown.push(nameOf(event));
      onShown(event, this);
    });
  }

  result(name: string): void {
    const identity = { resultId: name, suite: "S", case: name };
    this.#add({
      type: "case-finished",
      ...identity,
      status: "PASSED",
      message: "",
      durationMs: 1,
      rebootMs: 0,
      environment: "e",
    });
  }

  notice(text: string): void {
    this.#add({ type: "notice", level: "info", text });
  }

  over(): void {
    const counts = { passed: 0, failed: 0, skipped: 0, attempted: 0 };
    this.#add({ type: "run-finished", verdict: "passed", reason: "", exitCode: 0, counts, elapsedMs: 1 });
  }

  /** The flush that goes on ends, and all that follows from it. */
  async flushed(problem?: Error): Promise<void> {
    if (problem === undefined) this.#end.resolve();
    else this.#end.reject(problem);
    await new Promise(setImmediate);
  }

  get written(): readonly string[] {
    return readJournal(this.journal.path).map(nameOf);
  }

  #add(body: EventBody): void {
    const event: RunEvent = { ...body, seq: ++this.#seq, at: "2026-01-01T00:00:00.000Z" };
    this.ahead.add(event, JSON.stringify(event));
  }
}

const nameOf = (event: RunEvent): string =>
  event.type === "case-finished" ? event.resultId : event.type === "notice" ? event.text : event.type;

test("a result is written at once and told when it is on the disk, with what came after it", async () => {
  const disk = new SlowDisk();
  disk.notice("before");
  disk.result("a");
  disk.notice("after a");
  expect(disk.written).toEqual(["before", "a", "after a"]);
  expect(disk.shown).toEqual(["before"]);
  await disk.flushed();
  expect(disk.shown).toEqual(["before", "a", "after a"]);
});

test("results that end while the disk is busy share its next flush", async () => {
  const disk = new SlowDisk();
  for (const name of ["a", "b", "c", "d"]) disk.result(name);
  expect(disk.flushes).toBe(1);
  await disk.flushed();
  expect(disk.shown).toEqual(["a"]);
  expect(disk.flushes).toBe(2);
  await disk.flushed();
  expect(disk.shown).toEqual(["a", "b", "c", "d"]);
  expect(disk.flushes).toBe(2);
});

test("the end of a run waits for the disk itself, and everything before it is there by then", async () => {
  const disk = new SlowDisk();
  disk.notice("before");
  disk.over();
  expect([disk.shown, disk.flushes]).toEqual([["before", "run-finished"], 0]);
});

test("of two flushes at once the kernel tells one that it failed, so the end of a run waits for the one that goes on", async () => {
  const disk = new SlowDisk();
  disk.result("a");
  disk.over();
  expect(disk.shown).toEqual([]);
  await disk.flushed(FULL);
  expect([disk.written, disk.shown]).toEqual([[], []]);
  expect(disk.ahead.flush()).toBeUndefined();
  expect(disk.shown).toEqual(["a", "run-finished"]);
  expect(disk.written).toEqual(["a", "run-finished"]);
});

test("everything is shown once it has settled", async () => {
  const disk = new SlowDisk();
  disk.result("a");
  disk.result("b");
  const settled = disk.ahead.settled();
  await disk.flushed();
  await disk.flushed();
  await settled;
  expect(disk.shown).toEqual(["a", "b"]);
});

test("what is said while an event is shown comes after the events that wait", async () => {
  const disk = new SlowDisk((event, { notice }) => void (nameOf(event) === "a" && notice.call(disk, "said")));
  disk.result("a");
  disk.notice("b");
  await disk.flushed();
  expect(disk.shown).toEqual(["a", "b", "said"]);
});

test("what a full disk did not take is taken back, told to nobody and written again when there is room", async () => {
  const disk = new SlowDisk();
  disk.notice("before");
  disk.result("a");
  disk.notice("after a");
  await disk.flushed(FULL);
  // What was told may be lost as well, and stays in its place.
  expect(disk.written).toEqual([]);
  disk.isFull = true;
  expect(disk.ahead.flush()).toBe(FULL);
  expect([disk.written, disk.shown]).toEqual([[], ["before"]]);
  disk.isFull = false;
  expect(disk.ahead.flush()).toBeUndefined();
  expect(disk.written).toEqual(["before", "a", "after a"]);
  expect(disk.shown).toEqual(["before", "a", "after a"]);
});

test("what is on the disk stays there when a later flush fails", async () => {
  const disk = new SlowDisk();
  disk.result("a");
  await disk.flushed();
  disk.notice("after a");
  disk.result("b");
  await disk.flushed(FULL);
  expect(disk.written).toEqual(["a"]);
  expect(disk.ahead.flush()).toBeUndefined();
  expect([disk.written, disk.shown]).toEqual([
    ["a", "after a", "b"],
    ["a", "after a", "b"],
  ]);
});

test("much that was told is flushed although no result waits for it", () => {
  const disk = new SlowDisk();
  for (let count = 0; count < 1000; count++) disk.notice("x");
  expect([disk.shown.length, disk.flushes]).toEqual([1000, 1]);
});

test("a broken disk that does not let itself be cut either ends the run", async () => {
  const disk = new SlowDisk();
  disk.result("a");
  vi.spyOn(disk.journal, "cutTo").mockImplementation(() => {
    throw new Error("EIO: i/o error");
  });
  await disk.flushed(FULL);
  await expect(disk.ahead.settled()).rejects.toThrow("EIO");
});

test("a broken disk ends the run", async () => {
  const disk = new SlowDisk();
  disk.result("a");
  await disk.flushed(new Error("EIO: i/o error"));
  expect(disk.shown).toEqual([]);
  expect(() => disk.notice("b")).toThrow("EIO");
  await expect(disk.ahead.settled()).rejects.toThrow("EIO");
});

test("a journal that is closed while the disk is busy harms nobody", async () => {
  const disk = new SlowDisk();
  disk.result("a");
  disk.journal[Symbol.dispose]();
  await disk.flushed(new Error("EBADF: bad file descriptor"));
  expect(disk.shown).toEqual([]);
});
