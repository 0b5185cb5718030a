import type { Node } from "../node/node.ts";
import { Reboot } from "../tools/reboot.ts";
import type { TransformerContext } from "./transformer.ts";

/** LISA's limit for a reboot after a change of the system. */
const REBOOT_TIMEOUT_MS = 900_000;

/** Reboots the node and waits until it answers again. Throws what the tool Reboot throws. */
export async function rebootNode(
  node: Node,
  { log, signal }: Pick<TransformerContext, "log" | "signal">,
  timeoutMs = REBOOT_TIMEOUT_MS,
): Promise<void> {
  const { elapsedMs } = await node.tool(Reboot).reboot({ timeoutMs, signal });
  log.info(`The node '${node.name}' was back ${Math.round(elapsedMs / 1000)} s after its reboot began.`);
}
