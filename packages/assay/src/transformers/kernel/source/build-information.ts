import type { Node } from "../../../node/node.ts";
import { sh } from "../../../node/shell/command.ts";
import type { Outputs } from "../../transformer.ts";
import { git } from "./fetch-code.ts";

/** What is known of the code that is built: commit, where it comes from, compiler, time. Code without git has less. */
export async function buildInformation(node: Node, code: string): Promise<Outputs> {
  const { architecture } = await node.facts();
  const compiler = await node.text(sh`if command -v gcc >/dev/null; then gcc --version | head -n 1; fi`);
  const common = { architecture, compiler: compiler.trim(), build_start_time: new Date().toISOString() };
  const hasHistory = (await node.run(["git", "-C", code, "rev-parse", "HEAD"])).exitCode === 0;
  if (!hasHistory) return common;
  const commit = (format: string): Promise<string> => git(node, code, ["log", "-1", `--format=${format}`]);
  const optional = async (...args: readonly string[]): Promise<string> => {
    const done = await node.run(["git", "-C", code, ...args]);
    return done.exitCode === 0 ? done.stdout.trim() : "";
  };
  return {
    commit_id: await commit("%H"),
    tag: await optional("describe", "--tags", "--always"),
    git_repository_url: await optional("remote", "get-url", "origin"),
    git_repository_branch: await optional("name-rev", "--name-only", "HEAD"),
    latest_commit_subject: await commit("%s"),
    latest_commit_author: await commit("%an"),
    latest_commit_date: await commit("%cI"),
    ...common,
  };
}
