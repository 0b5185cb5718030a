import { type JumpHost, JumpRoute } from "../../node/shell/ssh/jump-route.ts";
import type { Route } from "../../node/shell/ssh/route.ts";
import type { JumpBoxSettings } from "../../runbook/environment-types.ts";
import { readKey } from "./read-key.ts";

/**
 * The way through the jump hosts of a runbook; undefined when there are none. Nothing is connected until somebody goes
 * it. Throws UsageError for a key file that cannot be read.
 */
export async function routeThrough(boxes: readonly JumpBoxSettings[]): Promise<Route | undefined> {
  const hosts = await Promise.all(boxes.map(jumpHostOf));
  const [first, ...others] = hosts;
  return first === undefined ? undefined : new JumpRoute([first, ...others]);
}

async function jumpHostOf({ address, port, username, ...box }: JumpBoxSettings): Promise<JumpHost> {
  const privateKey = await readKey(box.privateKeyFile || undefined, `jump host '${address}'`);
  return { address, port, username, password: box.password || undefined, privateKey, inner: box.inner };
}
