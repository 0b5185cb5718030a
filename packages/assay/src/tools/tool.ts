import type { Node } from "../node/node.ts";
import type { Command, Completed, RunOptions } from "../node/shell/types.ts";

/** A program in the guest, wrapped: knows its arguments, parses its output. One instance per node. */
export abstract class Tool {
  protected readonly node: Node;

  constructor(node: Node) {
    this.node = node;
  }

  /** Like `node.text`, in the C locale, because parsers know no other. */
  protected ask(command: Command, options: RunOptions = {}): Promise<string> {
    return this.node.text(command, inCLocale(options));
  }

  /** Like `node.run`, in the C locale: the outcome is a value. */
  protected attempt(command: Command, options: RunOptions = {}): Promise<Completed> {
    return this.node.run(command, inCLocale(options));
  }
}

export type ToolClass<T extends Tool> = new (node: Node) => T;

function inCLocale(options: RunOptions): RunOptions {
  return { ...options, env: { ...options.env, LC_ALL: "C" } };
}
