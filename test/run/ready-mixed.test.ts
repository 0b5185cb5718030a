import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SshServer, startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";
import { Workspace } from "../cli/run-assay.ts";

let gate: SshServer;
let node: SshServer;
let folder: string;
beforeAll(async () => {
  [gate, node] = await Promise.all([startSshServer(), startSshServer()]);
  folder = await mkdtemp(join(tmpdir(), "assay-mixed-"));
  await writeFile(join(folder, "gate"), gate.privateKey, { mode: 0o600 });
  await writeFile(join(folder, "node"), node.privateKey, { mode: 0o600 });
});
afterAll(async () => {
  await Promise.all([gate, node].map((each) => each?.[Symbol.asyncDispose]()));
  await rm(folder, { recursive: true, force: true });
});

/** A case on two nodes that says by which way commands reach each of them. */
const SUITE = `import { suite } from "assay/suite";
export default suite("Mixed", { area: "mixed", about: "Two nodes of two kinds." }, ({ test }) => {
  test("verify_both_answer", { about: "Both nodes run commands.", priority: 1, requires: { nodes: 2 } }, async ({ environment, log }) => {
    for (const node of environment.nodes) {
      const way = await node.text(["sh", "-c", "echo \${SSH_CONNECTION:-here}"]);
      log.info(\`\${node.name}: \${node.isLocal} \${way.split(" ").length}\`);
    }
  });
  test("verify_not_this_machine", { about: "Its node is no other than the remote one.", priority: 1, requires: { remote: true } }, async ({ node, log }) => {
    log.info(\`\${node.name}: \${node.isLocal}\`);
  });
});
`;

const remote = (name: string, more = "") => `
        - type: remote
          name: ${name}
          address: 127.0.0.1
          port: ${node.port}
          username: ${node.username}
          private_key_file: ${join(folder, "node")}${more}`;

const runbook = (nodes: string, more = "") => `name: mixed
extension: [suite.ts]
platform: [{ type: ready }]
environment:
  environments:
    - name: pair
      nodes:${nodes}
testcase: [{ criteria: { area: mixed } }]
${more}`;

async function run(text: string) {
  const space = new Workspace({ "r.yml": text, "suite.ts": SUITE });
  const { stdout, stderr } = await space.assay(["run", "-r", "r.yml", "--json"]);
  const document = JSON.parse(stdout);
  const logs = await Promise.all(
    document.results.map(({ resultId }: { readonly resultId: string }) =>
      readFile(join(space.path, `runs/${space.runs[0]}`, `cases/${resultId}/case.log`), "utf8").catch(() => ""),
    ),
  );
  if (document.results.length === 0) throw new Error(stdout + stderr);
  return { document, stderr, logs };
}

const LOCAL = `
        - { type: local, name: near }`;

test("one environment of a local and a remote node serves a case of two nodes", async () => {
  const { document, stderr, logs } = await run(runbook(`${LOCAL}${remote("far")}`));
  expect(stderr).not.toContain("N01");
  expect(document.results.map(({ status, message }: Record<string, string>) => [status, message])).toEqual([
    ["PASSED", ""],
    ["PASSED", ""],
  ]);
  expect(logs[0]).toMatch(/near: true 1[\s\S]*far: false 4/);
  expect(logs[1]).toContain("far: false");
});

test("local nodes alone serve a case of several nodes, and none that changes its machine", async () => {
  const { document, logs } = await run(runbook(`${LOCAL}\n        - { type: local, name: nearer }`));
  expect(document.results.map(({ status }: Record<string, string>) => status).toSorted()).toEqual([
    "PASSED",
    "SKIPPED",
  ]);
  expect(logs.join("")).toMatch(/near: true 1[\s\S]*nearer: true 1/);
});

test("nodes are reached through the runbook's jump boxes, and a box that refuses is named", async () => {
  const box = (key: string) => `dev:
  jump_boxes:
    - { address: 127.0.0.1, port: ${gate.port}, username: ${gate.username}, private_key_file: ${join(folder, key)} }
`;
  const pair = `${remote("one")}${remote("two")}`;
  const good = await run(runbook(pair, box("gate")));
  expect(good.stderr).not.toContain("N01");
  expect(good.document.results.map(({ status }: Record<string, string>) => status)).toEqual(["PASSED", "PASSED"]);
  const bad = await run(runbook(pair, box("node")));
  expect(bad.document.exitCode).toBe(3);
  expect(bad.document.results[0].message).toContain(
    `The way ends at jump host '${gate.username}@127.0.0.1:${gate.port}'`,
  );
});
