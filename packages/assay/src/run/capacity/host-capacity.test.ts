import fc from "fast-check";
import { expect, test } from "vitest";
import type { HostCost } from "../../platforms/platform.ts";
import { HostCapacity } from "./host-capacity.ts";

const never = new AbortController().signal;
const silent = (): void => undefined;
const one = { memoryMb: 100, cpus: 1 };

/** Lets everything run that can go on without time. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("an environment that takes nothing, and a host nobody looks at, are always free", () => {
  const none = new HostCapacity({ limit: { memoryMb: 1, cpus: 1 }, onWait: silent });
  expect(none.tryTake(undefined)).toBeDefined();
  const off = new HostCapacity({ limit: "off", onWait: silent });
  expect([off.tryTake(one), off.tryTake({ memoryMb: 1e9, cpus: 1e9 })]).not.toContain(undefined);
});

test("one environment is let through whatever it takes, the next waits for its end", async () => {
  const told: string[] = [];
  const capacity = new HostCapacity({ limit: { memoryMb: 50, cpus: 8 }, onWait: (text) => told.push(text) });
  const first = capacity.tryTake(one);
  const second = capacity.take(one, never);
  const third = capacity.take(one, never);
  first?.[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  await third;
  expect(told).toHaveLength(1);
  expect(told[0]).toContain("100 MiB of memory and 1 processor");
});

test.each([
  ["memory", { memoryMb: 250, cpus: 99 }, 2],
  ["processors", { memoryMb: 9999, cpus: 3.5 }, 3],
])("%s bounds how many there are", (_, limit, count) => {
  const capacity = new HostCapacity({ limit, onWait: silent });
  const rooms = Array.from({ length: 10 }, () => capacity.tryTake(one));
  expect(rooms.filter((room) => room !== undefined)).toHaveLength(count);
});

test("without a limit it is what is free at the beginning, and what others take later counts", () => {
  let freeMb = 1000;
  const capacity = new HostCapacity({ limit: "auto", onWait: silent, freeMb: () => freeMb, cores: 99 });
  expect(Array.from({ length: 3 }, () => capacity.tryTake(one)).includes(undefined)).toBe(false);
  // Another run took memory; the three that have just begun still look free.
  freeMb = 390;
  expect(capacity.tryTake(one)).toBeUndefined();
  freeMb = 400;
  const fourth = capacity.tryTake(one);
  expect(fourth).toBeDefined();
});

test("who waited first is served first, who gives up makes room for the next", async () => {
  const capacity = new HostCapacity({ limit: { memoryMb: 100, cpus: 9 }, onWait: silent });
  const held = capacity.tryTake(one);
  const order: string[] = [];
  const cancel = new AbortController();
  const cancelled = capacity.take(one, cancel.signal);
  const waiting = ["b", "c"].map(async (name) => {
    const room = await capacity.take(one, never);
    order.push(name);
    room[Symbol.dispose]();
  });
  expect(capacity.tryTake({ memoryMb: 0, cpus: 0 })).toBeUndefined();
  cancel.abort(new Error("the run was cancelled"));
  await expect(cancelled).rejects.toThrow("the run was cancelled");
  held?.[Symbol.dispose]();
  held?.[Symbol.dispose]();
  await Promise.all(waiting);
  expect(order).toEqual(["b", "c"]);
  await expect(capacity.take(one, cancel.signal)).rejects.toThrow("the run was cancelled");
});

test("whatever is asked for and given back, the limit holds and everyone is served in the end", async () => {
  const cost = fc.record({ memoryMb: fc.integer({ min: 1, max: 120 }), cpus: fc.integer({ min: 0, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(cost, { maxLength: 25 }), async (costs) => {
      const limit = { memoryMb: 100, cpus: 4 };
      const capacity = new HostCapacity({ limit, onWait: silent });
      const held: { readonly cost: HostCost; readonly room: Disposable }[] = [];
      let served = 0;
      for (const each of costs) {
        void capacity.take(each, never).then((room) => {
          served += 1;
          held.push({ cost: each, room });
        });
      }
      await settle();
      while (held.length > 0) {
        const sum = (part: keyof HostCost): number => held.reduce((all, each) => all + each.cost[part], 0);
        expect(held.length === 1 || (sum("memoryMb") <= limit.memoryMb && sum("cpus") <= limit.cpus)).toBe(true);
        held.shift()?.room[Symbol.dispose]();
        await settle();
      }
      expect(served).toBe(costs.length);
    }),
    { numRuns: 50 },
  );
});

test("who is cancelled in the moment it is served takes nobody else out of the queue", async () => {
  const capacity = new HostCapacity({ limit: one, onWait: silent });
  const held = capacity.tryTake(one);
  const cancel = new AbortController();
  const served = capacity.take(one, cancel.signal);
  const next = capacity.take(one, never);
  held?.[Symbol.dispose]();
  cancel.abort();
  (await served)[Symbol.dispose]();
  (await next)[Symbol.dispose]();
});
