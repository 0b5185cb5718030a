import type { EventBody, ResultIdentity } from "../../events/types.ts";
import type { Environment } from "../../platforms/platform.ts";
import type { CaseFolder } from "../case-folder.ts";
import { readDiagnostics } from "./read-diagnostics.ts";

export interface KeepDiagnosticsOptions {
  readonly identity: ResultIdentity;
  readonly environment: Environment;
  readonly folder: Pick<CaseFolder, "log" | "diagnostic">;
  /** For all nodes together, since they are asked at the same time. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
}

/**
 * Writes how the nodes are now into the folder `diagnostics` of a case and tells it as an event for each node. Throws
 * HostExhausted when the disk is full.
 */
export async function keepDiagnostics(options: KeepDiagnosticsOptions): Promise<void> {
  const { identity, environment, folder, limitMs, signal, emit } = options;
  const startedMs = performance.now();
  const hasOneNode = environment.nodes.length === 1;
  await Promise.all(
    environment.nodes.map(async (node) => {
      const { texts, problem } = await readDiagnostics(node, limitMs, signal);
      const files: { name: string; path: string; sizeBytes: number }[] = [];
      for (const [section, text] of texts) {
        const name = hasOneNode ? `${section}.txt` : `${node.name}-${section}.txt`;
        const path = await folder.diagnostic(name, text);
        files.push({ name: `diagnostics/${name}`, path, sizeBytes: Buffer.byteLength(text) });
      }
      const elapsedMs = Math.round(performance.now() - startedMs);
      folder.log("info", `diagnostics of '${node.name}': ${files.length} files in ${elapsedMs} ms`);
      if (problem !== undefined) folder.log("warn", problem);
      const told = problem === undefined ? {} : { problem };
      emit({ type: "case-diagnostics", ...identity, node: node.name, files, elapsedMs, ...told });
    }),
  );
}
