import type { Node } from "../node/node.ts";
import type { PlainValue } from "../runbook/value.ts";

/** The keys of an entry, checked, in the language's spelling. */
export type Inputs = Readonly<Record<string, PlainValue>>;
/** By name without prefix. */
export type Outputs = Readonly<Record<string, PlainValue>>;

/** A variable as a transformer sees it. */
export interface VisibleVariable {
  readonly name: string;
  readonly value: PlainValue;
  readonly isSecret: boolean;
  readonly isCaseVisible: boolean;
}

export interface TransformerContext {
  /** The machine it works on: that of `connection`, or one of the environment that was just connected. */
  readonly node: Node | undefined;
  /** Connects another machine, given like `connection`; it is let go when the transformer ends. */
  readonly connect: (connection: Inputs) => Promise<Node>;
  /** By lower-case name. */
  readonly variables: ReadonlyMap<string, VisibleVariable>;
  readonly log: { info(text: string): void; warn(text: string): void };
  /** Folder for what it writes on this machine; exists. */
  readonly logFolder: string;
  /** Folder that relative paths of the runbook count from. */
  readonly runbookFolder: string;
  /** Ends it when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** A step before or after the cases that turns variables into others, often by work on a machine. */
export interface Transformer {
  /** What runbooks call it. */
  readonly type: string;
  /** Names of its outputs, for types that extensions add. */
  readonly outputs?: readonly string[];
  /** Does the work; what it throws fails the phase it runs in. */
  run(inputs: Inputs, context: TransformerContext): Promise<Outputs>;
}
