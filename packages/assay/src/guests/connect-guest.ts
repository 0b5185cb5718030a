import type { Duplex } from "node:stream";
import { PlatformError } from "../errors/catalogue.ts";
import { makeNode } from "../node/make-node.ts";
import type { Node } from "../node/node.ts";
import { connectSsh } from "../node/shell/ssh/connect-ssh.ts";
import type { Route } from "../node/shell/ssh/route.ts";
import { gatherFacts } from "../os/gather-facts.ts";
import type { GuestAccount } from "./account.ts";
import type { GuestOrder } from "./guest-provider.ts";

export interface GuestAddress {
  readonly address: string;
  readonly port: number;
  /** False for an address that is reached from here; others are connected to from the node the guest is on. */
  readonly isBehindHost: boolean;
}

/**
 * Logs in to a guest as soon as it takes logins, through the connection of its node, and asks what it has. Throws
 * NodeUnreachable or LoginRefused after `waitMs`.
 */
export async function connectGuest(
  order: GuestOrder,
  { isBehindHost, ...target }: GuestAddress,
  { username, password, privateKey }: GuestAccount,
  waitMs: number,
): Promise<Node> {
  const { name, index, signal, host } = order;
  const shell = await connectSsh({
    ...target,
    username,
    password,
    privateKey,
    waitUntilReadyMs: waitMs,
    signal,
    label: `guest '${name}'`,
    via: isBehindHost ? routeThroughNode(host) : undefined,
  });
  const parts = { name, index, isLocal: false, connection: { ...target, username }, shell };
  try {
    const unknown = { cores: 0, memoryMb: 0, features: [] };
    const probe = makeNode({ ...parts, capability: unknown, features: new Map() }).withSignal(signal);
    const { cpuCount, memoryKb } = await gatherFacts(probe);
    const capability = { cores: cpuCount, memoryMb: Math.floor(memoryKb / 1024), features: [] };
    return makeNode({ ...parts, capability, features: new Map() });
  } catch (error) {
    await shell[Symbol.asyncDispose]();
    throw error;
  }
}

/** Connections that the node makes for us. */
function routeThroughNode({ name, shell }: Node): Route {
  return {
    async open(target, { timeoutMs, signal }): Promise<Duplex> {
      if (shell.openTcp === undefined) {
        throw new PlatformError(`Node '${name}' makes no connections to its guests.`, {
          help: "Use a node that is reached over SSH, or the machine assay runs on.",
        });
      }
      const limit = AbortSignal.timeout(timeoutMs);
      return await shell.openTcp(target, signal === undefined ? limit : AbortSignal.any([limit, signal]));
    },
  };
}
