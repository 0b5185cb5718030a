import { KernelErrors } from "../errors/catalogue.ts";
import { kernelErrorsIn } from "../os/kernel-errors.ts";
import type { Environment } from "../platforms/platform.ts";

/** A guest that takes longer to print its log has other troubles. */
const LIMIT_MS = 60_000;

/** Throws KernelErrors when the log of a node's kernel tells of one; also when the log cannot be read. */
export async function checkKernelLog({ nodes }: Environment, signal: AbortSignal): Promise<void> {
  const found = await Promise.all(
    nodes.map(async (node) => {
      const log = await node.text(["dmesg"], { sudo: true, timeoutMs: LIMIT_MS, signal });
      return { node: node.name, lines: kernelErrorsIn(log) };
    }),
  );
  const bad = found.filter(({ lines }) => lines.length > 0);
  if (bad.length === 0) return;
  const told = bad.map(
    ({ node, lines }) =>
      `${lines.length} ${lines.length === 1 ? "error" : "errors"} on '${node}', first: ${lines[0]?.trim() ?? ""}`,
  );
  throw new KernelErrors(`The kernel's log has errors: ${told.join("; ")}`);
}
