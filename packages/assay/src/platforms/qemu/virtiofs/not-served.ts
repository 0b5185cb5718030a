import { setTimeout as delay } from "node:timers/promises";
import { PlatformError } from "../../../errors/catalogue.ts";
import type { Share } from "../hardware.ts";

/** A daemon that fails ends within milliseconds. */
const LAST_WORDS_LIMIT_MS = 2000;

/** Why a folder is not served: the last words of a daemon that has ended, else `cause` as it is. */
export async function notServed({ path }: Share, ended: Promise<string>, cause: unknown): Promise<unknown> {
  const words = await Promise.race([ended, delay(LAST_WORDS_LIMIT_MS, undefined, { ref: false })]);
  if (words === undefined) return cause;
  return new PlatformError(`The folder '${path}' cannot be shared: its virtiofsd ended. ${words}`, {
    help: "The words are the daemon's own; they are in 'virtiofsd.log' too.",
    cause,
  });
}
