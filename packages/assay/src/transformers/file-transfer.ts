import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join, posix, resolve } from "node:path";
import type { Node } from "../node/node.ts";
import { sh } from "../node/shell/command.ts";
import { uploadFiles } from "./file-uploader.ts";
import { flagOf, mappingOf, needText, nodeOf, textOf, textsOf } from "./inputs.ts";
import { remoteFiles } from "./remote-files.ts";
import type { Transformer, TransformerContext } from "./transformer.ts";

const COPY_TIMEOUT_MS = 3_600_000;

/** Copies files of another machine to the node: directly with scp where that works, else by way of this machine. */
export const fileTransfer: Transformer = {
  type: "file_transfer",
  async run(inputs, context) {
    const node = nodeOf(context);
    const from = await context.connect(mappingOf(inputs, "source_node"));
    const [source, destination] = [needText(inputs, "source"), needText(inputs, "destination")];
    const files = await remoteFiles(from, source, textsOf(inputs, "files"));
    await node.text(["mkdir", "-p", "--", destination]);
    let direct = flagOf(inputs, "try_scp", true);
    const transferred: string[] = [];
    const indirect: string[] = [];
    for (const file of files) {
      direct &&= await copyDirectly({ from, to: node, source: posix.join(source, file), destination });
      (direct ? transferred : indirect).push(file);
    }
    if (indirect.length > 0) {
      context.log.info(`The machines cannot copy to each other; ${indirect.length} files go by way of this one.`);
      // Upstream leaves debug symbols out here: they are large, and this way is slow.
      const light = indirect.filter((file) => !file.includes("dbg"));
      const folder = textOf(inputs, "local_path");
      await copyByHere({ from, to: node, source, destination, files: light, folder }, context);
      transferred.push(...light);
    }
    return { transferred_files: transferred };
  },
};

interface Copy {
  readonly from: Node;
  readonly to: Node;
  readonly source: string;
  readonly destination: string;
}

/** True when the source machine could log in to the other without a question. */
async function copyDirectly({ from, to, source, destination }: Copy): Promise<boolean> {
  const { address, port, username } = to.connection;
  const host = address.includes(":") ? `[${address}]` : address;
  const options = ["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new", "-o", "ConnectTimeout=15"];
  const done = await from.run(sh`scp -q -P ${port} ${options} -- ${source} ${`${username}@${host}:${destination}/`}`, {
    timeoutMs: COPY_TIMEOUT_MS,
  });
  return done.exitCode === 0;
}

async function copyByHere(
  {
    from,
    to,
    source,
    destination,
    files,
    folder,
  }: Copy & { readonly files: readonly string[]; readonly folder: string | undefined },
  { logFolder, runbookFolder }: TransformerContext,
): Promise<void> {
  const kept = folder === undefined ? undefined : resolve(runbookFolder, folder);
  if (kept !== undefined) await mkdir(kept, { recursive: true });
  const local = kept ?? (await mkdtemp(join(logFolder, "transfer-")));
  try {
    for (const file of files) {
      await mkdir(dirname(join(local, file)), { recursive: true });
      await from.shell.download(posix.join(source, file), join(local, file), { timeoutMs: COPY_TIMEOUT_MS });
    }
    await uploadFiles(to, { source: local, destination, files });
  } finally {
    if (kept === undefined) await rm(local, { recursive: true });
  }
}
