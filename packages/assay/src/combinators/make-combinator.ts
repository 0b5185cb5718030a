import type { Shell } from "../node/shell/types.ts";
import type { Combinator } from "../runbook/combinators/combinator.ts";
import { listCombinations } from "../runbook/combinators/list-combinations.ts";
import type { CombinatorSettings } from "../runbook/types.ts";
import type { PlainValue } from "../runbook/value.ts";
import { GitBisect } from "./git-bisect.ts";

/**
 * The combinator of a runbook in which every value is known. `connect` opens the machine of a `connection`, which the
 * combinator then owns. Undefined for a type that is added by an extension.
 */
export async function makeCombinator(
  combinator: CombinatorSettings,
  connect: (connection: Readonly<Record<string, PlainValue>>) => Promise<Shell>,
): Promise<Combinator | undefined> {
  if (combinator.type !== "git_bisect") return listCombinations(combinator);
  const { connection, repo, good_commit, bad_commit } = combinator.settings;
  const settings = { repo: String(repo), goodCommit: String(good_commit), badCommit: String(bad_commit) };
  return new GitBisect(settings, await connect((connection ?? {}) as Readonly<Record<string, PlainValue>>));
}
