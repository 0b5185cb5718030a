import type { Node } from "../../node/node.ts";
import type { PlatformSettings } from "../../runbook/types.ts";
import type { Inputs } from "../../transformers/transformer.ts";
import { connectionSettings } from "./connection-settings.ts";

/** Logs in to the machine of a `connection`; its shell is the caller's to close. Throws what `connectReadyNode` throws. */
export async function connectMachine(
  connection: Inputs,
  platform: Pick<PlatformSettings, "adminUsername" | "adminPassword" | "adminPrivateKeyFile">,
  signal: AbortSignal,
): Promise<Node> {
  const { connectReadyNode } = await import("../../platforms/ready/connect-ready-node.ts");
  return await connectReadyNode(connectionSettings(connection, platform), 0, signal);
}
