import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { SerialConsole } from "../../packages/assay/src/features/serial-console.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import type { CaseBody } from "../../packages/assay/src/suite/suite.ts";
import { record, replay } from "./record-and-replay.ts";

const SECRET = "hunter2-secret";
/** Not named in what programs quote in their messages: they escape such letters, and nobody can mask what they make of it. */
const OTHER_SECRET = "geheim-öß";
const RUNBOOK = `
variable:
  - { name: password, value: "${SECRET}", is_secret: true, is_case_visible: true }
  - { name: other, value: "${OTHER_SECRET}", is_secret: true, is_case_visible: true }
  - { name: pin, value: 90125, is_secret: true, is_case_visible: true }
`;

/** Says the secret in every way a case can. */
const talkative: CaseBody = async ({ node, variables, expect: check, signal }) => {
  const password = String(variables.password);
  const other = String(variables.other);
  const said = await node.text(["echo", password]);
  check(said === password, `It said '${said}'.`);
  await node.text(sh`echo ${password} >&2; cat`, { stdin: `x${password}x`, env: { PASSWORD: password } });
  await node.text(["echo", String(variables.pin), other]);
  const bytes = await node.run(sh`printf '\377\376'; printf %s ${password}${other}; printf '\375'`);
  check(bytes.stdoutBytes.length > 0, "no bytes");
  await node.shell.write("/tmp/assay-masking", password);
  await node.shell.read("/tmp/assay-masking");
  await node.run(["rm", "/tmp/assay-masking"]);
  const failed = await node.text(["ls", `/${password}`]).catch((error: Error) => error.message);
  check(failed.includes("No such file"), failed);
  await node.shell.read(`/${password}`).catch(() => undefined);
  const console = node.feature(SerialConsole);
  const stop = console.follow(() => undefined);
  for (const piece of ["hun", "ter2-sec", "ret", " and more"]) await console.write(piece);
  await console.log();
  stop();
  await using running = await node.shell.spawn(["cat"], { signal });
  const pieces = running.stdout[Symbol.asyncIterator]();
  // Byte by byte, each taken before the next is given, so that no piece holds the secret.
  for (const byte of Buffer.from(`[${password}${other}]`)) {
    await running.write(Buffer.from([byte]));
    await pieces.next();
  }
  running.endInput();
  await running.completed;
};

const linesOf = (path: string): string => gunzipSync(readFileSync(path)).toString("utf8");

test("a secret of the runbook never appears in a recording, and the case is replayed without it", async () => {
  const { recording, path, report } = await record(talkative, { runbook: RUNBOOK });
  expect(report.results[0]).toMatchObject({ status: "PASSED", message: "" });
  const text = linesOf(path);
  expect(text).toContain("******");
  expect(text).not.toContain("geheim");
  expect(text).not.toContain("90125");
  expect(text).not.toContain("hunter2");
  for (const [, bytes = ""] of text.matchAll(/"\$bytes":"([^"]*)"/g)) {
    expect(Buffer.from(bytes, "base64").toString("utf8")).not.toMatch(/hunter2|geheim/);
  }
  const streamed = recording.entries.filter((entry) => entry.kind === "chunk" || entry.kind === "input");
  expect(streamed.length).toBeGreaterThan(0);
  const joined = JSON.stringify(streamed.map(({ data }) => data)).replaceAll(/[^a-z0-9*-]/g, "");
  expect(joined).not.toMatch(/hunter2|geheim/);
  expect(await replay(recording, talkative)).toMatchObject({ divergence: undefined, missing: [], isAsRecorded: true });
});

test("a password that a case makes up and calls secret is masked, and another one is replayed", async () => {
  const made: string[] = [];
  const body: CaseBody = async ({ node, expect: check }) => {
    const password = `made-up-${Math.random().toString(36).slice(2)}`;
    made.push(password);
    const done = await node.run(sh`echo user:${password} | wc -l`, { secrets: [password] });
    check(done.stdout.trim() === "1", "not one line");
  };
  const { recording, path } = await record(body);
  expect(linesOf(path)).not.toContain(made[0]);
  expect(await replay(recording, body)).toMatchObject({ divergence: undefined, isAsRecorded: true });
  expect(new Set(made).size).toBe(2);
});
