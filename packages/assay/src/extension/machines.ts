import type { Node } from "../node/node.ts";
import type { Platform } from "../platforms/platform.ts";
import type { RemoteNodeSettings } from "../runbook/types.ts";

/**
 * Logs in to a machine that a platform of an extension has made, and asks what it has. The node's shell is the caller's
 * to close. Throws NodeUnreachable, LoginRefused, or UsageError for a key file that cannot be read.
 */
export async function connectNode(settings: RemoteNodeSettings, signal: AbortSignal, index = 0): Promise<Node> {
  const { connectReadyNode } = await import("../platforms/ready/connect-ready-node.ts");
  return await connectReadyNode(settings, index, signal);
}

/** The platform that tests this machine, for platforms of extensions that build on it. */
export async function localPlatform(): Promise<Platform> {
  return (await import("../platforms/local/local-platform.ts")).localPlatform();
}
