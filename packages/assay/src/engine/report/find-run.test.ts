import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { findRun } from "./find-run.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "assay-runs-")));
for (const run of ["first", "second"]) {
  mkdirSync(join(root, run));
  writeFileSync(join(root, run, "journal.ndjson"), "");
}
mkdirSync(join(root, "empty"));
symlinkSync("second", join(root, "latest"));

test.each([
  ["nothing", undefined, "second"],
  ["latest", "latest", "second"],
  ["a name", "first", "first"],
  ["a folder", join(root, "first"), "first"],
  ["a folder as seen from here", relative(process.cwd(), join(root, "first")), "first"],
  ["a journal", join(root, "first/journal.ndjson"), "first"],
])("%s leads to the run", (_, name, run) => {
  expect(findRun(name, root)).toBe(join(root, run));
});

test.each([
  ["frist", "There is no run 'frist'", "Did you mean 'first'?"],
  ["another", "There is no run 'another'", /^The last runs there are ('\w+'(, )?){3}\.$/],
  ["empty", `The folder '${join(root, "empty")}' is not that of a run: it has no 'journal.ndjson'.`, /./],
])("'%s' leads to none, and the message helps", (name, message, help) => {
  expect(() => findRun(name, root)).toThrow(
    expect.objectContaining({
      code: "USAGE",
      message: expect.stringContaining(message),
      help: expect.stringMatching(help),
    }),
  );
});

test("where there is no run at all, the message says how to make one", () => {
  const nowhere = join(root, "nowhere");
  for (const name of [undefined, "first"]) {
    expect(() => findRun(name, nowhere)).toThrow(
      expect.objectContaining({ help: expect.stringContaining("'assay run'") }),
    );
  }
});
