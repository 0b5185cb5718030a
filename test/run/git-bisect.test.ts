import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCombinator } from "../../packages/assay/src/combinators/make-combinator.ts";
import { LocalShell } from "../../packages/assay/src/node/shell/local/local-shell.ts";
import type { CombinationVerdict } from "../../packages/assay/src/runbook/combinators/combinator.ts";

const COMMITS = 12;
const folder = mkdtempSync(join(tmpdir(), "assay-git-bisect-"));
const repo = join(folder, "a repository");
const hashes: string[] = [];
const signal = AbortSignal.timeout(60_000);

const git = (...args: readonly string[]): string =>
  execFileSync("git", ["-C", repo, ...args], { encoding: "utf8", env: { ...process.env, HOME: folder } }).trim();

beforeAll(() => {
  execFileSync("git", ["init", "--quiet", "--initial-branch=main", repo]);
  git("config", "user.email", "someone@example.com");
  git("config", "user.name", "Someone");
  for (let index = 0; index < COMMITS; index += 1) {
    writeFileSync(join(repo, "value"), String(index));
    git("add", "value");
    git("commit", "--quiet", "--message", `Change ${index}`);
    hashes.push(git("rev-parse", "HEAD"));
  }
  git("branch", "side", hashes[2] ?? "");
  git("tag", "v1", hashes[0] ?? "");
  // On a branch of its own: neither good nor bad commits of 'main' come from it.
  git("checkout", "--quiet", "side");
  git("commit", "--quiet", "--allow-empty", "--message", "Side");
  git("checkout", "--quiet", "main");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function bisect(good: string, bad: string) {
  const settings = { type: "git_bisect", repo, good_commit: good, bad_commit: bad, connection: {} };
  const combinator = await makeCombinator(
    { position: undefined, type: "git_bisect", settings },
    async () => new LocalShell(),
  );
  if (combinator?.isSequential !== true) throw new Error("git_bisect must be sequential");
  return combinator;
}

/** Goes on until the search is over; gives the tested commits. */
async function search(
  combinator: Awaited<ReturnType<typeof bisect>>,
  judge: (index: number) => CombinationVerdict,
): Promise<readonly string[]> {
  const tested: string[] = [];
  let verdict: CombinationVerdict | undefined;
  for (;;) {
    const combination = await combinator.next(verdict, signal);
    if (combination === undefined) return tested;
    const [ref] = combination;
    expect(combination).toHaveLength(1);
    expect(ref?.name).toBe("ref");
    tested.push(String(ref?.value));
    verdict = judge(hashes.indexOf(String(ref?.value)));
  }
}

test.each([1, 2, 5, 8, 11])("the fault planted in commit %i is found", async (planted) => {
  await using combinator = await bisect("v1", "main");
  const tested = await search(combinator, (index) => (index >= planted ? "failed" : "passed"));
  expect(tested.length).toBeLessThanOrEqual(Math.ceil(Math.log2(COMMITS)));
  expect(tested.every((hash) => hashes.includes(hash))).toBe(true);
  expect(combinator.finding).toBe(`The first bad commit is ${hashes[planted]} (Change ${planted}).`);
  expect(await combinator.next("passed", signal)).toBeUndefined();
});

test("neighbours need no test", async () => {
  await using combinator = await bisect(hashes[4] ?? "", hashes[5] ?? "");
  expect(await combinator.next(undefined, signal)).toBeUndefined();
  expect(combinator.finding).toContain(hashes[5]);
});

test("without a verdict the search ends with the commit it is about", async () => {
  await using combinator = await bisect("v1", "main");
  const [ref] = (await combinator.next(undefined, signal)) ?? [];
  await expect(combinator.next("none", signal)).rejects.toThrow(
    `No result says whether the commit ${ref?.value} is good or bad.`,
  );
});

const WRONG: readonly (readonly [string, string, string, string])[] = [
  ["a commit that is not there", "v1", "nowhere", "There is no commit 'nowhere'"],
  ["an option for a commit", "v1", "--all", "There is no commit '--all'"],
  ["good and bad exchanged", "main", "v1", "No search is possible from 'main' (good) to 'v1' (bad)."],
  ["the same commit", "v1", "v1", "No search is possible"],
];

test.each(WRONG)("%s is told", async (_, good, bad, message) => {
  await using combinator = await bisect(good, bad);
  await expect(combinator.next(undefined, signal)).rejects.toThrow(message);
});

test("a bad merge base ends the search: the fault was repaired since", async () => {
  await using combinator = await bisect("side", "main");
  const [base] = (await combinator.next(undefined, signal)) ?? [];
  expect(base?.value).toBe(hashes[2]);
  await expect(combinator.next("failed", signal)).rejects.toThrow(
    `The search cannot go on after the commit ${hashes[2]}, which is bad.`,
  );
});

test("a repository that cannot be cloned is told with git's words", async () => {
  const settings = { type: "git_bisect", repo: join(folder, "none"), good_commit: "a", bad_commit: "b" };
  const combinator = await makeCombinator(
    { position: undefined, type: "git_bisect", settings },
    async () => new LocalShell(),
  );
  if (combinator?.isSequential !== true) throw new Error("git_bisect must be sequential");
  await using _ = combinator;
  await expect(combinator.next(undefined, signal)).rejects.toThrow(/does not exist/);
});

test("the clone is removed", async () => {
  const before = readdirSync("/var/tmp").filter((name) => name.startsWith("assay-bisect-"));
  {
    await using combinator = await bisect("v1", "main");
    await combinator.next(undefined, signal);
    const during = readdirSync("/var/tmp").filter((name) => name.startsWith("assay-bisect-"));
    expect(during.filter((name) => !before.includes(name)).length).toBeGreaterThan(0);
  }
  expect(existsSync(repo)).toBe(true);
  const after = readdirSync("/var/tmp").filter((name) => name.startsWith("assay-bisect-"));
  expect(after.filter((name) => !before.includes(name))).toEqual([]);
});
