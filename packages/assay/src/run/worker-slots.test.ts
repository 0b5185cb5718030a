import { expect, test } from "vitest";
import { WorkerSlots } from "./worker-slots.ts";

const never = new AbortController().signal;

test("the lowest rank is served first", async () => {
  const slots = new WorkerSlots(1);
  const first = await slots.take(0, never);
  const order: number[] = [];
  const waiting = [2, 1, 1].map(async (rank) => {
    using _ = await slots.take(rank, never);
    order.push(rank);
  });
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  await Promise.all(waiting);
  expect(order).toEqual([1, 1, 2]);
});

test("there is room only when nobody waits", async () => {
  const slots = new WorkerSlots(1);
  const first = await slots.take(0, never);
  const second = slots.take(0, never);
  let hasRoom = false;
  const room = slots.room(never).then(() => {
    hasRoom = true;
  });
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  expect(hasRoom).toBe(false);
  await room;
  expect(hasRoom).toBe(true);
});

test("an abort ends the wait, and its place goes to the next", async () => {
  const slots = new WorkerSlots(1);
  const first = await slots.take(0, never);
  const controller = new AbortController();
  const left = slots.take(0, controller.signal);
  const next = slots.take(1, never);
  controller.abort(new Error("stop"));
  await expect(left).rejects.toThrow("stop");
  first[Symbol.dispose]();
  await expect(next).resolves.toBeDefined();
});
