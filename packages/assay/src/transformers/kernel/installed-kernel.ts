import type { Node } from "../../node/node.ts";
import type { Inputs, Outputs, TransformerContext } from "../transformer.ts";

/** A kernel that is on the node's disk. */
export interface InstalledKernel {
  /** What `uname -r` says once it runs; undefined where the package manager alone decides what boots. */
  readonly release: string | undefined;
  /** What is known of it, for reports. */
  readonly information: Outputs;
}

/** One way to bring a kernel to a node, from the keys of `installer`. */
export type InstallKernel = (installer: Inputs, node: Node, context: TransformerContext) => Promise<InstalledKernel>;
