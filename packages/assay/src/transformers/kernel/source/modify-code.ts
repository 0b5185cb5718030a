import { basename, dirname, posix, resolve } from "node:path";
import { UsageError } from "../../../errors/catalogue.ts";
import type { Node } from "../../../node/node.ts";
import { needText, textOf } from "../../inputs.ts";
import { pathsMatching } from "../../local-files.ts";
import { remoteFiles } from "../../remote-files.ts";
import type { Inputs, TransformerContext } from "../../transformer.ts";
import { cloneTo, git } from "./fetch-code.ts";

/** Changes the code in the order of the list. Throws CommandFailed when a patch does not apply, and UsageError. */
export async function modifyCode(
  node: Node,
  code: string,
  modifiers: readonly Inputs[],
  context: TransformerContext,
): Promise<void> {
  for (const modifier of modifiers) {
    const folder = (await node.text(["mktemp", "-d", "/var/tmp/assay-patches-XXXXXX"])).trim();
    try {
      if (modifier.type === "b4_patch") await applySeries(node, code, needText(modifier, "message_id"), folder);
      else await applyPatches(node, code, modifier, folder, context);
    } finally {
      await node.run(["rm", "-rf", "--", folder]);
    }
  }
}

/** A series of a mailing list, fetched by the tool b4. */
async function applySeries(node: Node, code: string, messageId: string, folder: string): Promise<void> {
  await node.text(["b4", "am", "--outdir", folder, messageId], { cwd: code });
  const [series] = await remoteFiles(node, folder, ["*"], ".mbx");
  await git(node, code, [...AUTHOR, "am", "--3way", posix.join(folder, series ?? "")]);
}

/** git wants to know who applies a patch. */
const AUTHOR = ["-c", "user.name=assay", "-c", "user.email=assay@localhost"];

async function applyPatches(
  node: Node,
  code: string,
  modifier: Inputs,
  folder: string,
  { runbookFolder, log }: TransformerContext,
): Promise<void> {
  const [url, pattern] = [textOf(modifier, "repo"), textOf(modifier, "local_patches")];
  if ((url === undefined) === (pattern === undefined)) {
    throw new UsageError("A modifier 'patch' needs either 'repo' or 'local_patches'.");
  }
  const patches =
    pattern === undefined
      ? await patchesOfRepository(node, modifier, posix.join(folder, "patches"))
      : await patchesOfThisMachine(node, pattern, folder, runbookFolder);
  for (const patch of patches) {
    log.info(`Applying '${posix.basename(patch)}'.`);
    await git(node, code, ["apply", patch]);
  }
}

async function patchesOfRepository(node: Node, modifier: Inputs, folder: string): Promise<readonly string[]> {
  await cloneTo(node, { url: needText(modifier, "repo"), folder, ref: textOf(modifier, "ref") });
  const inside = posix.join(folder, textOf(modifier, "path") ?? "");
  const pattern = textOf(modifier, "file_pattern") ?? "*.patch";
  const found = await node.text(["find", inside, "-maxdepth", "1", "-type", "f", "-name", pattern, "-print0"]);
  const patches = found
    .split("\0")
    .filter((path) => path !== "")
    .sort();
  if (patches.length > 0) return patches;
  throw new UsageError(`The repository '${needText(modifier, "repo")}' has no files '${pattern}' there.`);
}

async function patchesOfThisMachine(
  node: Node,
  pattern: string,
  folder: string,
  runbookFolder: string,
): Promise<readonly string[]> {
  const whole = resolve(runbookFolder, pattern);
  const found = await pathsMatching(basename(whole), dirname(whole));
  if (found.length === 0) throw new UsageError(`No file of this machine matches '${whole}'.`);
  const remote = found.map((name, index) => posix.join(folder, `${index}-${basename(name)}`));
  for (const [index, name] of found.entries()) {
    await node.shell.upload(resolve(dirname(whole), name), remote[index] ?? folder);
  }
  return remote;
}
