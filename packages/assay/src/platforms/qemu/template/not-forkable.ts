import { PlatformError } from "../../../errors/catalogue.ts";
import { type Hardware, whyNoFork } from "../hardware.ts";
import type { QmpClient } from "../machine/qmp-client.ts";

/** A machine of this hardware cannot be frozen, and so not be forked: it has to be booted for each environment. */
export class NotForkable extends PlatformError {
  readonly reason: string;

  constructor(reason: string) {
    super(`A machine with this hardware cannot be frozen: ${reason}.`, {
      help: "Take other hardware under 'platform'.",
    });
    this.reason = reason;
  }
}

/** Machines that cannot be forked need no template. */
export function unlessForkable(error: unknown): void {
  if (!(error instanceof NotForkable)) throw error;
}

/** Throws NotForkable for hardware that is known to be in the way, before anything is made for it. */
export function needForkable(hardware: Hardware): void {
  const reason = whyNoFork(hardware);
  if (reason !== undefined) throw new NotForkable(reason);
}

/** Asks QEMU whether it could write the state of all devices of this machine. Throws NotForkable with its reasons. */
export async function needFreezable(qmp: QmpClient, signal: AbortSignal): Promise<void> {
  const told = (await qmp.execute("query-migrate", {}, { signal })) as { readonly "blocked-reasons"?: unknown };
  const reasons = told["blocked-reasons"];
  if (Array.isArray(reasons) && reasons.length > 0) throw new NotForkable(reasons.join(", "));
}
