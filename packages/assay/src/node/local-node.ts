import { availableParallelism, hostname, totalmem, userInfo } from "node:os";
import { makeNode } from "./make-node.ts";
import type { Capability, Node } from "./node.ts";
import { LocalShell } from "./shell/local/local-shell.ts";

/** What the machine assay runs on has. */
export const localCapability = (): Capability => ({
  cores: availableParallelism(),
  memoryMb: Math.floor(totalmem() / (1024 * 1024)),
  features: [],
});

/** The machine assay runs on as a node; without a name it is called as the machine is. */
export function localNode(name: string, index: number, capability: Capability = localCapability()): Node {
  return makeNode({
    name: name === "" ? hostname() : name,
    index,
    isLocal: true,
    connection: { address: "localhost", port: 0, username: userInfo().username },
    capability,
    shell: new LocalShell(),
    features: new Map(),
  });
}
