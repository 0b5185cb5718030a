import { setTimeout as delay } from "node:timers/promises";
import { TimedOut } from "../../../../errors/catalogue.ts";
import type { QmpClient, QmpExecuteOptions } from "../../machine/qmp-client.ts";

type Limits = QmpExecuteOptions & { readonly timeoutMs: number };

/** A part of the buffer for translated code; each processor fills one at a time (QEMU's tcg/region.c). */
const REGION_BYTES = 2 << 20;
const LOOK_MS = 50;

/**
 * Does `plug`, which adds a processor, while the machine stands and QEMU's buffer for translated code has a part left for
 * it. Without one QEMU 7.2 aborts. A buffer that is nearly full is filled up, so that QEMU empties it: `exert` makes the
 * guest run something, and meanwhile each instruction is translated by itself.
 */
export async function withRoomForCode(
  qmp: QmpClient,
  { exert, plug }: { readonly exert: () => Promise<unknown>; readonly plug: () => Promise<void> },
  limits: Limits,
): Promise<void> {
  for (const end = performance.now() + limits.timeoutMs; performance.now() < end; ) {
    await qmp.execute("stop", {}, limits);
    try {
      if (await hasRoom(qmp, limits)) {
        await plug();
        return;
      }
    } finally {
      await qmp.execute("cont");
    }
    await fillUp(qmp, exert, limits);
  }
  throw new TimedOut("QEMU's buffer for translated code stayed full, so that no processor could be added.", {
    help: "Try it again while the guest has something to do.",
  });
}

/** Lets the guest run until the buffer was emptied, or until it has done what it was given to do. */
async function fillUp(qmp: QmpClient, exert: () => Promise<unknown>, limits: Limits): Promise<void> {
  const before = await buffer(qmp, limits);
  await setSingleInstructions(qmp, "on", limits);
  let isDone = false;
  const exerting = exert().finally(() => {
    isDone = true;
  });
  exerting.catch(() => undefined);
  try {
    // QEMU tells nobody that it has emptied the buffer, and a guest in this state is many times slower.
    while (!isDone && (await buffer(qmp, limits)).used >= before.used) await delay(LOOK_MS);
  } finally {
    await setSingleInstructions(qmp, "off", {});
  }
  await exerting;
}

async function hasRoom(qmp: QmpClient, limits: Limits): Promise<boolean> {
  const processors = (await qmp.execute("query-cpus-fast", {}, limits)) as readonly unknown[];
  const { used, size } = await buffer(qmp, limits);
  return size - used > (processors.length + 1) * REGION_BYTES;
}

/** Bytes of the buffer; endless where nothing is translated, of which QEMU says nothing. */
async function buffer(qmp: QmpClient, limits: Limits): Promise<{ readonly used: number; readonly size: number }> {
  const told = await monitor(qmp, "info jit", limits);
  const [, used, size] = /gen code size\s+(\d+)\/(\d+)/.exec(told) ?? [];
  return { used: Number(used ?? 0), size: Number(size ?? Number.POSITIVE_INFINITY) };
}

/** QEMU 8.1 renamed the command; one of the two is unknown. */
async function setSingleInstructions(qmp: QmpClient, state: "on" | "off", limits: QmpExecuteOptions): Promise<void> {
  for (const command of ["singlestep", "one-insn-per-tb"]) await monitor(qmp, `${command} ${state}`, limits);
}

async function monitor(qmp: QmpClient, line: string, limits: QmpExecuteOptions): Promise<string> {
  return String(await qmp.execute("human-monitor-command", { "command-line": line }, limits));
}
