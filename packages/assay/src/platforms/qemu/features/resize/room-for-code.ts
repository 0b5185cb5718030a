import { TimedOut } from "../../../../errors/catalogue.ts";
import type { QmpClient, QmpExecuteOptions } from "../../machine/qmp-client.ts";

type Limits = QmpExecuteOptions & { readonly timeoutMs: number };

/** A part of the buffer for translated code; each processor fills one at a time (QEMU's tcg/region.c). */
const REGION_BYTES = 2 << 20;

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
    await setSingleInstructions(qmp, "on", limits);
    try {
      await exert();
    } finally {
      await setSingleInstructions(qmp, "off", {});
    }
  }
  throw new TimedOut("QEMU's buffer for translated code stayed full, so that no processor could be added.", {
    help: "Try it again while the guest has something to do.",
  });
}

async function hasRoom(qmp: QmpClient, limits: Limits): Promise<boolean> {
  const [processors, told] = await Promise.all([
    qmp.execute("query-cpus-fast", {}, limits) as Promise<readonly unknown[]>,
    monitor(qmp, "info jit", limits),
  ]);
  const [, used, size] = /gen code size\s+(\d+)\/(\d+)/.exec(told) ?? [];
  // QEMU says nothing of the kind where nothing is translated.
  if (used === undefined || size === undefined) return true;
  return Number(size) - Number(used) > (processors.length + 1) * REGION_BYTES;
}

/** QEMU 8.1 renamed the command; one of the two is unknown. */
async function setSingleInstructions(qmp: QmpClient, state: "on" | "off", limits: QmpExecuteOptions): Promise<void> {
  for (const command of ["singlestep", "one-insn-per-tb"]) await monitor(qmp, `${command} ${state}`, limits);
}

async function monitor(qmp: QmpClient, line: string, limits: QmpExecuteOptions): Promise<string> {
  return String(await qmp.execute("human-monitor-command", { "command-line": line }, limits));
}
