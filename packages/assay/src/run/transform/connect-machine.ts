import type { Node } from "../../node/node.ts";
import type { Runbook } from "../../runbook/types.ts";
import type { Inputs } from "../../transformers/transformer.ts";
import { connectionSettings } from "./connection-settings.ts";

/** Logs in to the machine of a `connection`, through the jump hosts of the runbook; its shell is the caller's to close. Throws what `connectReadyNode` throws. */
export async function connectMachine(
  connection: Inputs,
  { platform, dev }: Pick<Runbook, "platform" | "dev">,
  signal: AbortSignal,
): Promise<Node> {
  const [{ connectReadyNode }, { routeThrough }] = await Promise.all([
    import("../../platforms/ready/connect-ready-node.ts"),
    import("../../platforms/ready/route-through.ts"),
  ]);
  const via = await routeThrough(dev?.jumpBoxes ?? []);
  return await connectReadyNode(connectionSettings(connection, platform), 0, signal, via);
}
