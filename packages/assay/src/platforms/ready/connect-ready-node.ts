import { readFile } from "node:fs/promises";
import { UsageError } from "../../errors/catalogue.ts";
import { makeNode } from "../../node/make-node.ts";
import type { Node } from "../../node/node.ts";
import { connectSsh } from "../../node/shell/ssh/connect-ssh.ts";
import { gatherFacts } from "../../os/gather-facts.ts";
import type { RemoteNodeSettings } from "../../runbook/types.ts";

const connectTimeoutMs = 60_000;

/**
 * Logs in to a given machine and asks what it has. Throws NodeUnreachable, LoginRefused, or UsageError for a key file
 * that cannot be read.
 */
export async function connectReadyNode(
  settings: RemoteNodeSettings,
  index: number,
  signal: AbortSignal,
): Promise<Node> {
  const { address, port, username, password } = settings;
  const privateKey = await readKey(settings);
  const shell = await connectSsh({ address, port, username, password, privateKey, connectTimeoutMs, signal });
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

async function readKey({ name, privateKeyFile }: RemoteNodeSettings): Promise<string | undefined> {
  if (privateKeyFile === undefined) return undefined;
  try {
    return await readFile(privateKeyFile, "utf8");
  } catch (error) {
    throw new UsageError(`The private key file '${privateKeyFile}' of node '${name}' cannot be read.`, {
      help: "Check the path; a relative one counts from the folder assay was started in.",
      cause: error,
    });
  }
}
