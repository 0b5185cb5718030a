import { posix } from "node:path";
import { UsageError } from "../../../errors/catalogue.ts";
import type { Node } from "../../../node/node.ts";
import { sh } from "../../../node/shell/command.ts";
import type { Command } from "../../../node/shell/types.ts";
import { flagOf, needText, textOf } from "../../inputs.ts";
import type { Inputs } from "../../transformer.ts";

const STABLE_TREE = "https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git";
const WORK_FOLDER = "/var/tmp/assay-kernel";
const CLONE_TIMEOUT_MS = 7_200_000;

/** Brings the code to the node and gives its folder. Throws CommandFailed with what git says, or UsageError. */
export async function fetchCode(node: Node, location: Inputs): Promise<string> {
  if (location.type === "local") {
    const path = await expandPath(node, needText(location, "path"));
    if ((await node.run(["test", "-d", path])).exitCode === 0) return path;
    throw new UsageError(`There is no folder '${path}' on '${node.name}'.`, { help: "Check 'location.path'." });
  }
  const code = await cloneCode(node, location);
  return location.type === "worktree" ? await addWorktree(node, code, location) : code;
}

/** Runs git on the node without a terminal to ask at. */
export async function git(node: Node, folder: string, args: readonly string[]): Promise<string> {
  return (await runGit(node, ["git", "-C", folder, ...args])).trim();
}

/** Code of a repository in a folder of its own, at the wanted branch, tag or commit. */
export async function cloneTo(
  node: Node,
  {
    url,
    folder,
    ref,
    token,
  }: {
    readonly url: string;
    readonly folder: string;
    readonly ref?: string | undefined;
    readonly token?: string | undefined;
  },
): Promise<void> {
  const secretUrl = token === undefined ? url : url.replace(/^(https?:\/\/)/, `$1${encodeURIComponent(token)}@`);
  await runGit(node, ["mkdir", "-p", "--", posix.dirname(folder)]);
  // Old file contents are not needed; servers that cannot leave them out send all.
  await runGit(node, ["git", "clone", "--quiet", "--filter=blob:none", "--no-checkout", "--", secretUrl, folder]);
  await checkout(node, folder, ref);
  // The token is not left on the node; what is fetched from now on is there.
  if (token !== undefined) await git(node, folder, ["remote", "set-url", "origin", url]);
}

async function cloneCode(node: Node, location: Inputs): Promise<string> {
  const url = textOf(location, "repo") ?? STABLE_TREE;
  const folder = posix.join(
    await expandPath(node, textOf(location, "path") ?? WORK_FOLDER),
    posix.basename(url).replace(/\.git$/, "") || "linux",
  );
  const ref = textOf(location, "ref");
  const exists = (await node.run(["test", "-e", folder])).exitCode === 0;
  if (exists && flagOf(location, "fail_on_code_exists", false)) {
    throw new UsageError(`The folder '${folder}' on '${node.name}' exists, and 'fail_on_code_exists' is set.`);
  }
  if (exists && !flagOf(location, "cleanup_code", false)) {
    await git(node, folder, ["fetch", "--quiet", "--tags", "--force", "origin"]);
    await checkout(node, folder, ref);
    return folder;
  }
  if (exists) await node.text(["rm", "-rf", "--", folder], { timeoutMs: CLONE_TIMEOUT_MS });
  await cloneTo(node, { url, folder, ref, token: textOf(location, "auth_token") });
  return folder;
}

/** Another repository's branch in a folder beside the code, which shares its history. */
async function addWorktree(node: Node, code: string, location: Inputs): Promise<string> {
  const name = textOf(location, "worktree_name") ?? "assay-worktree";
  const folder = posix.join(posix.dirname(code), name);
  const ref = textOf(location, "worktree_ref") ?? "HEAD";
  const url = textOf(location, "worktree_repo");
  await node.run(["git", "-C", code, "worktree", "remove", "--force", folder]);
  if (url === undefined) {
    await git(node, code, ["worktree", "add", "--force", "--detach", folder, await commitOf(node, code, ref)]);
    return folder;
  }
  await git(node, code, ["fetch", "--quiet", "--force", url, ref]);
  await git(node, code, ["worktree", "add", "--force", "--detach", folder, "FETCH_HEAD"]);
  return folder;
}

async function checkout(node: Node, folder: string, ref: string | undefined): Promise<void> {
  const wanted = ref === undefined ? "origin/HEAD" : await commitOf(node, folder, ref);
  await git(node, folder, ["checkout", "--quiet", "--force", "--detach", wanted]);
  // Files that patches of an earlier run have added; what a build made is ignored by git and stays.
  await git(node, folder, ["clean", "-qfd"]);
}

/** A branch as the server has it, a tag or a commit; one that nothing leads to is fetched by its name. */
async function commitOf(node: Node, folder: string, ref: string): Promise<string> {
  for (const candidate of [`origin/${ref}`, ref]) {
    const found = await node.run(["git", "-C", folder, "rev-parse", "--verify", "--quiet", `${candidate}^{commit}`]);
    if (found.exitCode === 0) return found.stdout.trim();
  }
  await git(node, folder, ["fetch", "--quiet", "origin", ref]);
  return await git(node, folder, ["rev-parse", "FETCH_HEAD"]);
}

/** The path with the node's environment variables put in. */
async function expandPath(node: Node, path: string): Promise<string> {
  let expanded = path;
  for (const [whole, braced, plain] of path.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)) {
    const name = braced ?? plain ?? "";
    const value = await node.run(["printenv", name]);
    if (value.exitCode !== 0) throw new UsageError(`The environment of '${node.name}' has no variable '${name}'.`);
    expanded = expanded.replace(whole, () => value.stdout.trimEnd());
  }
  return expanded.startsWith("~/")
    ? posix.join((await node.text(sh`printf %s ~`)).trim(), expanded.slice(2))
    : expanded;
}

const runGit = (node: Node, command: Command): Promise<string> =>
  node.text(command, { timeoutMs: CLONE_TIMEOUT_MS, env: { GIT_TERMINAL_PROMPT: "0" } });
