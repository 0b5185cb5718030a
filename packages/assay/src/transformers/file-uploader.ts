import { join, posix } from "node:path";
import type { Node } from "../node/node.ts";
import { needText, nodeOf, textsOf } from "./inputs.ts";
import { filesNamed, localPath } from "./local-files.ts";
import type { Transformer } from "./transformer.ts";

/** Copies files of this machine to a folder of the node. */
export const fileUploader: Transformer = {
  type: "file_uploader",
  async run(inputs, context) {
    const node = nodeOf(context);
    const source = localPath(needText(inputs, "source"), context.runbookFolder);
    const files = await filesNamed(source, textsOf(inputs, "files"));
    await uploadFiles(node, { source, destination: needText(inputs, "destination"), files });
    context.log.info(`${files.length} files are in '${needText(inputs, "destination")}' on '${node.name}'.`);
    return { uploaded_files: files };
  },
};

/** Copies files below `source` of this machine to the same places below `destination` of the node. */
export async function uploadFiles(
  node: Node,
  {
    source,
    destination,
    files,
  }: { readonly source: string; readonly destination: string; readonly files: readonly string[] },
): Promise<void> {
  const folders = new Set([destination, ...files.map((file) => posix.dirname(posix.join(destination, file)))]);
  await node.text(["mkdir", "-p", "--", ...folders]);
  for (const file of files) await node.shell.upload(join(source, file), posix.join(destination, file));
}
