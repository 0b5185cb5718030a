import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SshServer, startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";
import { Workspace } from "./run-assay.ts";

let server: SshServer;
let stranger: SshServer;
let folder: string;
beforeAll(async () => {
  [server, stranger] = await Promise.all([startSshServer(), startSshServer()]);
  folder = await mkdtemp(join(tmpdir(), "assay-keys-"));
  await writeFile(join(folder, "right"), server.privateKey, { mode: 0o600 });
  await writeFile(join(folder, "wrong"), stranger.privateKey, { mode: 0o600 });
});
afterAll(async () => {
  await Promise.all([server, stranger].map((each) => each?.[Symbol.asyncDispose]()));
  await rm(folder, { recursive: true, force: true });
});

const runbook = (node: { readonly port?: number; readonly key: string; readonly username?: string }) => `name: given
platform: [{ type: ready }]
environment:
  environments:
    - nodes:
        - type: remote
          address: 127.0.0.1
          port: ${node.port ?? server.port}
          username: ${node.username ?? server.username}
          private_key_file: ${join(folder, node.key)}
testcase:
  - criteria: { name: verify_cpu_count }
`;

async function refused(node: Parameters<typeof runbook>[0]) {
  const space = new Workspace({ "r.yml": runbook(node) });
  const run = await space.assay(["run", "-r", "r.yml", "--json"]);
  const document = JSON.parse(run.stdout);
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(run.exitCode).toBe(document.exitCode);
  return document;
}

test("the right key gets in", async () => {
  const space = new Workspace({ "r.yml": runbook({ key: "right" }) });
  expect((await space.assay(["run", "-r", "r.yml"])).exitCode).toBe(0);
});

test("a key the machine does not know ends the run as machinery, with user, address and what to do", async () => {
  const { exitCode, results } = await refused({ key: "wrong" });
  expect(exitCode).toBe(3);
  expect(results).toHaveLength(1);
  expect(results[0].message).toContain(`127.0.0.1:${server.port}`);
  expect(results[0].message).toContain(server.username);
});

test("a key file that is not there is told before anything starts", async () => {
  const { exitCode, reason, results } = await refused({ key: "missing" });
  expect(exitCode).toBe(2);
  expect(reason).toContain(`The private key file '${join(folder, "missing")}' cannot be read.`);
  expect(results).toEqual([]);
});

test("a port where nobody listens ends the run as machinery", async () => {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise((resolve) => listener.close(resolve));
  const { exitCode, results } = await refused({ key: "right", port });
  expect(exitCode).toBe(3);
  expect(results[0].message).toContain(`127.0.0.1:${port}`);
});
