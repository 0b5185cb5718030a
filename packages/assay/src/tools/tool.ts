import type { Node } from "../node/node.ts";

/** A program in the guest, wrapped: knows its arguments, parses its output. One instance per node. */
export abstract class Tool {
  protected readonly node: Node;

  constructor(node: Node) {
    this.node = node;
  }
}

export type ToolClass<T extends Tool> = new (node: Node) => T;
