import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dumpVariables } from "../../packages/assay/src/transformers/dump-variables.ts";
import type { VisibleVariable } from "../../packages/assay/src/transformers/transformer.ts";

const secret = { name: "Token", value: "hunter2", isSecret: true, isCaseVisible: false };
const disks = { name: "disks", value: [1, "a"], isSecret: false, isCaseVisible: true };

async function dump(inputs: Parameters<typeof dumpVariables.run>[0]) {
  const folder = mkdtempSync(join(tmpdir(), "assay-dump-"));
  const logged: string[] = [];
  const log = { info: (text: string) => void logged.push(text), warn: (text: string) => void logged.push(text) };
  await dumpVariables.run(inputs, {
    node: undefined,
    connect: () => Promise.reject(new Error("It needs no machine.")),
    variables: new Map<string, VisibleVariable>([
      ["token", secret],
      ["disks", disks],
    ]),
    log,
    logFolder: folder,
    runbookFolder: folder,
    signal: AbortSignal.timeout(60_000),
  });
  return { folder, logged, text: (name: string) => readFileSync(join(folder, name), "utf8") };
}

test("variables are written as YAML without secrets; unknown ones are only told", async () => {
  const { text, logged } = await dump({ variables: ["TOKEN", "disks", "nothing"] });
  expect(text("lisa_dumped_variables.yml")).toBe(`TOKEN:
  value: "******"
  is_case_visible: false
disks:
  value:
    - 1
    - a
  is_case_visible: true
`);
  expect(logged[0]).toBe("There is no variable 'nothing' to write.");
});

test("secrets are written when asked for, to a file of its owner alone", async () => {
  const { text, folder } = await dump({ variables: ["token"], json_output: true, reveal: true, file_path: "a/b" });
  expect(JSON.parse(text("a/b.json"))).toEqual({ token: { value: "hunter2", is_case_visible: false } });
  expect(statSync(join(folder, "a/b.json")).mode & 0o777).toBe(0o600);
});
