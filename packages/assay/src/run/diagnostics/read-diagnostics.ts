import { randomBytes } from "node:crypto";
import { NodeUnreachable } from "../../errors/catalogue.ts";
import type { Node } from "../../node/node.ts";
import type { Running } from "../../node/shell/types.ts";
import { diagnosticsScript, parseSections } from "./diagnostics-script.ts";

/** A guest that prints without end costs no more than this. */
const MAX_BYTES = 16 * 1024 * 1024;

export interface NodeDiagnostics {
  /** By name; what there was when time was over. */
  readonly texts: ReadonlyMap<string, string>;
  /** Why it is not all, as a sentence. */
  readonly problem: string | undefined;
}

/**
 * Asks a node how it is. Comes back after `limitMs` at the latest with what the node has said by then, also when the
 * node hangs or nothing can be started on it; never throws for what a node does. Uses a connection of its own kind, not
 * the command channel, which a hanging command may hold.
 */
export async function readDiagnostics(
  node: Pick<Node, "name" | "shell">,
  limitMs: number,
  signal: AbortSignal,
): Promise<NodeDiagnostics> {
  const marker = `assay-${randomBytes(12).toString("hex")}`;
  const ended = new AbortController();
  const output = new Output(() => ended.abort());
  const timer = setTimeout(() => ended.abort(), limitMs);
  const both = AbortSignal.any([signal, ended.signal]);
  const over = new Promise<"over">((resolve) => {
    if (both.aborted) resolve("over");
    else both.addEventListener("abort", () => resolve("over"), { once: true });
  });
  const whole = listen(node, marker, both, output).catch((error: unknown) => reasonOf(node, error));
  try {
    const told = await Promise.race([whole, over]);
    const { texts, isWhole } = parseSections(output.text(), marker);
    if (isWhole) return { texts, problem: undefined };
    const late = `Node '${node.name}' did not tell all about itself within ${limitMs / 1000} s.`;
    return { texts, problem: told === undefined || told === "over" ? late : told };
  } finally {
    clearTimeout(timer);
    // What still runs there is ended; nobody waits for it, since it may hang.
    ended.abort();
  }
}

async function listen(
  node: Pick<Node, "shell">,
  marker: string,
  signal: AbortSignal,
  output: Output,
): Promise<undefined> {
  const running: Running = await node.shell.spawn(diagnosticsScript(marker), { signal });
  for await (const chunk of running.stdout) output.add(chunk);
  await running.completed;
  return undefined;
}

class Output {
  readonly #chunks: Uint8Array[] = [];
  readonly #onFull: () => void;
  #bytes = 0;

  constructor(onFull: () => void) {
    this.#onFull = onFull;
  }

  add(chunk: Uint8Array): void {
    if (this.#bytes >= MAX_BYTES) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes >= MAX_BYTES) this.#onFull();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

function reasonOf(node: Pick<Node, "name">, error: unknown): string {
  if (error instanceof NodeUnreachable) return error.message;
  return `Node '${node.name}' could not be asked: ${error instanceof Error ? error.message : String(error)}`;
}
