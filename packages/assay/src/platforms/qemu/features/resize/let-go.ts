import { PlatformError, TimedOut } from "../../../../errors/catalogue.ts";
import type { QmpClient, QmpEvent, QmpExecuteOptions } from "../../machine/qmp-client.ts";

/** Events after which a part may be gone. */
const NEWS = new Set(["DEVICE_DELETED", "ACPI_DEVICE_OST"]);

interface Leaving {
  readonly qmp: QmpClient;
  /** What QEMU calls it. */
  readonly id: string;
  /** Asks the guest for it. */
  readonly ask: () => Promise<void>;
  readonly isGone: () => Promise<boolean>;
}

/**
 * Asks the guest to let a processor or memory module go and waits until it is gone. Throws PlatformError when the guest
 * refuses, TimedOut when it says nothing.
 */
export async function letGo(
  { qmp, id, ask, isGone }: Leaving,
  options: QmpExecuteOptions & { readonly timeoutMs: number },
): Promise<void> {
  const { promise: settled, resolve, reject } = Promise.withResolvers<void>();
  settled.catch(() => undefined);
  const stopListening = qmp.onEvent((event) => {
    if (isRefusal(event, id)) reject(refused(id));
    else if (NEWS.has(event.event)) isGone().then((gone) => gone && resolve(), reject);
  });
  const late = AbortSignal.timeout(options.timeoutMs);
  const limit = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
  const abort = () => reject(late.aborted ? timedOut(id, options.timeoutMs) : limit.reason);
  limit.addEventListener("abort", abort, { once: true });
  try {
    await ask();
    await settled;
  } finally {
    limit.removeEventListener("abort", abort);
    stopListening();
  }
}

/** Status of `_OST` for an ejection (ACPI 6.5, table 6.67): 0 is success, 0x84 that it goes on. */
const EJECTION = 3;
const ENDED_WELL: readonly unknown[] = [0, 0x84];

function isRefusal({ event, data }: QmpEvent, id: string): boolean {
  if (event === "MEM_UNPLUG_ERROR" || event === "DEVICE_UNPLUG_GUEST_ERROR") return data.device === id;
  const info = data.info as { device?: string; source?: number; status?: number } | undefined;
  return (
    event === "ACPI_DEVICE_OST" && info?.device === id && info.source === EJECTION && !ENDED_WELL.includes(info.status)
  );
}

const refused = (id: string) =>
  new PlatformError(`The guest does not let '${id}' go.`, { help: "Its kernel log tells what still uses it." });

const timedOut = (id: string, timeoutMs: number) =>
  new TimedOut(`The guest did not let '${id}' go within ${timeoutMs / 1000} s.`, {
    help: "Look at the guest's kernel log: it may lack ACPI hot plug, or still be booting.",
  });
