import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A repository of eight commits, each of which writes its number into `file`; the first is 0. */
export function makeHistory(): { readonly repository: string; readonly commits: readonly string[] } {
  const repository = mkdtempSync(join(tmpdir(), "assay-history-"));
  const git = (...args: string[]) => execFileSync("git", args, { cwd: repository, encoding: "utf8" }).trim();
  git("init", "-q");
  const commits = Array.from({ length: 8 }, (_, index) => {
    writeFileSync(join(repository, "file"), String(index));
    git("add", "file");
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", `change ${index}`);
    return git("rev-parse", "HEAD");
  });
  return { repository, commits };
}
