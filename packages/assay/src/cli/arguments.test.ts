import { expect, test } from "vitest";
import { commandFirst, WITH_VALUE } from "./arguments.ts";
import { checkCommand } from "./check.ts";
import { cleanupCommand } from "./cleanup.ts";
import { explainCommand } from "./explain.ts";
import { imageCommand } from "./image.ts";
import { initCommand } from "./init.ts";
import { listCommand } from "./list.ts";
import { planCommand } from "./plan.ts";
import { replayCommand } from "./replay.ts";
import { reportCommand } from "./report.ts";
import { resumeCommand } from "./resume.ts";
import { runCommand } from "./run.ts";
import { schemaCommand } from "./schema.ts";

const commands = new Set(["run", "check"]);

test.each([
  ["-r x run -v a:1", "run -r x -v a:1"],
  ["-v run:1 check", "check -v run:1"],
  ["-r x", "run -r x"],
  ["-d -r run", "run -d -r run"],
  ["--host-limit 8G,4 -r x", "run --host-limit 8G,4 -r x"],
  ["--kernel rt run", "run --kernel rt"],
  ["--limit=5 check", "check --limit=5"],
  ["run --json", "run --json"],
  ["--version", "--version"],
  ["--help run", "run --help"],
  ["", ""],
  ["unknown -r x", "unknown -r x"],
])("%j becomes %j", (given, wanted) => {
  const split = (text: string) => text.split(" ").filter((word) => word !== "");
  expect(commandFirst(split(given), commands)).toEqual(split(wanted));
});

test("every option of a command that takes a value may stand before the command", () => {
  const made = [checkCommand, cleanupCommand, explainCommand, imageCommand, initCommand, listCommand, planCommand];
  const others = [replayCommand, reportCommand, resumeCommand, runCommand, schemaCommand];
  const all = [...made, ...others].map((make) => make()).flatMap((command) => [command, ...command.commands]);
  const flagsOf = (takesValue: boolean): ReadonlySet<string | undefined> =>
    new Set(
      all
        .flatMap(({ options }) => options)
        .filter(({ required, optional }) => (required || optional) === takesValue)
        .flatMap(({ short, long }) => [short, long])
        .filter((flag) => flag !== undefined),
    );
  const withValue = flagsOf(true);
  expect([...WITH_VALUE].toSorted()).toEqual([...withValue].toSorted());
  expect(withValue.intersection(flagsOf(false)).size).toBe(0);
});
