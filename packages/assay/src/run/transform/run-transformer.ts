import { dirname, resolve } from "node:path";
import { UsageError } from "../../errors/catalogue.ts";
import type { Node } from "../../node/node.ts";
import { describeCommand } from "../../node/shell/command.ts";
import type { TransformerSettings } from "../../runbook/types.ts";
import type { Inputs, Outputs } from "../../transformers/transformer.ts";
import { CaseFolder } from "../case-folder.ts";
import type { Stage } from "../stage.ts";
import { watchPanic } from "../watch-panic.ts";
import { connectMachine } from "./connect-machine.ts";
import type { PhaseOptions } from "./run-phase.ts";

/** Runs one transformer with its machine and its log; what it opened is closed when it ends. */
export async function runTransformer(
  entry: TransformerSettings,
  { runbook, variables }: Stage,
  options: PhaseOptions & { readonly folder: string },
): Promise<Outputs> {
  const { session, target } = options;
  const transformer = await options.find(entry.type);
  if (transformer === undefined) {
    throw new UsageError(`The transformer '${entry.type}' is not carried out by this version of assay.`);
  }
  await using stack = new AsyncDisposableStack();
  const panicked = new AbortController();
  // A guest that panics while it is prepared would only be noticed when everything has run out of time.
  const watch = target && watchPanic(target.node, (panic) => panicked.abort(panic));
  if (watch !== undefined) stack.use(watch);
  const signal = AbortSignal.any([options.signal, panicked.signal]);
  const log = stack.use(new CaseFolder(session.options.folder.path, options.folder, session.mask, "transformer.log"));
  const watched = (node: Node): Node => {
    const stop = node.observe((completed, startedAt) =>
      log.command(node.name, describeCommand(completed.command), completed, startedAt),
    );
    stack.defer(stop);
    return node.withSignal(signal);
  };
  const connect = async (connection: Inputs): Promise<Node> => {
    const node = await connectMachine(connection, runbook, signal);
    stack.use(node.shell);
    return watched(node);
  };
  const { connection } = entry.inputs;
  const node = isMapping(connection) ? await connect(connection) : target && watched(target.node);
  try {
    const work = transformer.run(entry.inputs, {
      node,
      connect,
      variables,
      log: { info: (text) => log.log("info", text), warn: (text) => log.log("warn", text) },
      logFolder: session.options.folder.path,
      runbookFolder: resolve(dirname(runbook.file)),
      signal,
    });
    return await Promise.race([work, leftBehind(work, signal)]);
  } catch (error) {
    const why: unknown = panicked.signal.aborted ? panicked.signal.reason : error;
    log.log("warn", why instanceof Error ? (why.stack ?? why.message) : String(why));
    throw why;
  }
}

/** How long a transformer may take to end after it was told to; then the run goes on without it. */
const GRACE_MS = 30_000;

/** Rejects with the reason of the abort when the work does not end by itself. */
function leftBehind(work: Promise<Outputs>, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    let grace: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      grace = setTimeout(() => reject(signal.reason), GRACE_MS);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    const stop = (): void => {
      clearTimeout(grace);
      signal.removeEventListener("abort", onAbort);
    };
    work.then(stop, stop);
  });
}

const isMapping = (value: unknown): value is Inputs =>
  typeof value === "object" && value !== null && !Array.isArray(value);
