import { makeNode } from "../../node/make-node.ts";
import type { Node } from "../../node/node.ts";
import { connectSsh } from "../../node/shell/ssh/connect-ssh.ts";
import type { Route } from "../../node/shell/ssh/route.ts";
import { gatherFacts } from "../../os/gather-facts.ts";
import type { RemoteNodeSettings } from "../../runbook/types.ts";
import { readKey } from "./read-key.ts";

const connectTimeoutMs = 60_000;

/**
 * Logs in to a given machine, through `via` when it is not reached from here, and asks what it has. Throws NodeUnreachable, LoginRefused, or UsageError for a key file
 * that cannot be read.
 */
export async function connectReadyNode(
  settings: RemoteNodeSettings,
  index: number,
  signal: AbortSignal,
  via?: Route,
): Promise<Node> {
  const { address, port, username, password } = settings;
  const privateKey = await readKey(settings.privateKeyFile, `node '${settings.name}'`);
  const shell = await connectSsh({ address, port, username, password, privateKey, connectTimeoutMs, signal, via });
  const parts = { name: settings.name, index, isLocal: false, connection: { address, port, username }, shell };
  try {
    const unknown = { cores: 0, memoryMb: 0, features: [] };
    const probe = makeNode({ ...parts, capability: unknown, features: new Map() }).withSignal(signal);
    const facts = await gatherFacts(probe);
    const capability = { cores: facts.cpuCount, memoryMb: Math.floor(facts.memoryKb / 1024), features: [] };
    return makeNode({ ...parts, capability, features: new Map() });
  } catch (error) {
    await shell[Symbol.asyncDispose]();
    throw error;
  }
}
