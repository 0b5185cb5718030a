import { createHash, randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { UsageError } from "../errors/catalogue.ts";
import type { Node } from "../node/node.ts";
import type { GuestOrder } from "./guest-provider.ts";

const COPY_MS = 3_600_000;

export interface HostFile {
  /** As the runbook names it. */
  readonly path: string;
  /** True when it is on the node already. */
  readonly isRemote: boolean;
  /** What it is, for messages, such as `image`. */
  readonly what: string;
}

/**
 * The path on the node of a file that guests only read. One of this machine is copied once and kept below `base`, by its
 * path, size and time. Throws UsageError when it is not there.
 */
export async function fileOnHost(
  { path, isRemote, what }: HostFile,
  base: string,
  { host, signal, progress }: Pick<GuestOrder, "host" | "signal" | "progress">,
): Promise<string> {
  const node = host.withSignal(signal);
  if (isRemote || host.isLocal) {
    const wanted = isRemote ? path : resolve(path);
    if (await exists(node, wanted)) return wanted;
    throw new UsageError(`The ${what} '${wanted}' of a guest is not on node '${host.name}'.`, {
      help: isRemote ? "Check the path; it is one of the node." : "Check the path.",
    });
  }
  const found = await stat(path).catch((cause: unknown) => {
    throw new UsageError(`The ${what} '${path}' of a guest cannot be read.`, { help: "Check the path.", cause });
  });
  const key = createHash("sha256")
    .update(`${resolve(path)}\0${found.size}\0${found.mtimeMs}`)
    .digest("hex")
    .slice(0, 24);
  const cached = `${base}/assay-files/${key}${extname(path)}`;
  if (await exists(node, cached)) return cached;
  progress(`copy ${what}`, `${Math.ceil(found.size / 1_000_000)} MB`);
  const part = `${cached}.${randomBytes(6).toString("hex")}`;
  await node.text(["mkdir", "-p", `${base}/assay-files`]);
  try {
    await node.shell.upload(path, part, { timeoutMs: COPY_MS });
    await node.text(["mv", "-f", part, cached]);
  } catch (error) {
    // A node that is lost has nothing to say that is worth more.
    await host.run(["rm", "-f", part]).catch(() => undefined);
    throw error;
  }
  return cached;
}

const exists = async (node: Node, path: string): Promise<boolean> =>
  (await node.run(["test", "-e", path])).exitCode === 0;
