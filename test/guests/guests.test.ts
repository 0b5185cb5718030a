import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { summarizeRun } from "../../packages/assay/src/events/folds/run-summary.ts";
import { type SshServer, startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";
import { Workspace } from "../cli/run-assay.ts";

let server: SshServer;
let folder: string;
beforeAll(async () => {
  server = await startSshServer();
  folder = await mkdtemp(join(tmpdir(), "assay-guests-test-"));
  await writeFile(join(folder, "key"), server.privateKey, { mode: 0o600 });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Guests that are logins to the test's SSH server, each with a process and something to undo on its node. */
const GUESTS = `import { connectNode, defineGuest, key } from "assay";
export default defineGuest({
  type: "twin",
  keys: { port: key.integer("port"), username: key.text("account"), key_file: key.text("key"), ends: key.flag("false: its end fails") },
  async create({ settings: { settings }, name, index, host, workFolder, progress, signal }) {
    const { port, username, key_file: privateKeyFile, ends } = settings;
    progress("connect");
    const work = await workFolder("${tmpdir()}/assay-twins");
    const start = \`setsid sleep 1000 >/dev/null 2>&1 & echo $! | tee \${work}/pid; echo "touch $0/$1" > \${work}/undo\`;
    const pid = await host.text(["sh", "-c", start, process.env.TWIN_FOLDER, "undone-" + name]);
    const node = await connectNode({ name, address: "127.0.0.1", port, username, password: undefined, privateKeyFile }, signal, index);
    return {
      node,
      description: "twin on " + host.name + " pid " + pid,
      async [Symbol.asyncDispose]() {
        await node.shell[Symbol.asyncDispose]();
        if (ends === false) throw new Error("this twin does not want to go");
      },
    };
  },
});
`;

const SUITE = `import { suite } from "assay/suite";
export default suite("Guests", { area: "guests", about: "Cases in guests." }, ({ test }) => {
  test("verify_four", { about: "Four guests.", priority: 1, requires: { nodes: 4 } }, async ({ environment, log }) => {
    log.info(environment.name + ": " + environment.nodes.map(({ name, index }) => name + "=" + index).join(" "));
    for (const node of environment.nodes) await node.text(["true"]);
  });
  test("verify_seven", { about: "More than there are.", priority: 1, requires: { nodes: 7 } }, async () => {});
});
`;

const runbook = (guest = "") => `name: twins
extension: [twin.ts, suite.ts]
platform:
  - type: ready
    guest_enabled: true
    guests:
      - { type: twin, name: two, port: ${server.port}, username: ${server.username}, key_file: ${join(folder, "key")}, capability: { node_count: 2 }${guest} }
      - { type: twin, port: ${server.port}, username: ${server.username}, key_file: ${join(folder, "key")} }
environment:
  environments:
    - nodes: [{ type: local, name: left }, { type: local, name: right }]
transformer:
  - { type: script_file, phase: environment_connected, scripts: [{ script: prepare.sh }] }
testcase: [{ criteria: { area: guests } }]
`;

async function run(text: string) {
  const files = { "r.yml": text, "twin.ts": GUESTS, "suite.ts": SUITE, "prepare.sh": "#!/bin/sh\ntrue\n" };
  const space = new Workspace(files);
  const { stdout, stderr } = await space.assay(["run", "-r", "r.yml", "--json"], { TWIN_FOLDER: space.path });
  const path = join(space.path, "runs", space.runs[0] ?? "");
  const journal = await readFile(join(path, "journal.ndjson"), "utf8").catch(() => stdout + stderr);
  const events = journal.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  return { space, events, document: JSON.parse(stdout), path };
}

/** A process that ended and that nobody has asked for its exit code has no command line any more. */
const isAlive = (pid: string): boolean =>
  existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";

test("cases run on the guests of all nodes, interleaved, after the transformers of the environment", async () => {
  const { events, document, path, space } = await run(runbook());
  const [four, seven] = ["verify_four", "verify_seven"].map((name) =>
    document.results.find((result: { readonly case: string }) => result.case === name),
  );
  expect([four.status, four.message]).toEqual(["PASSED", ""]);
  expect(four.environment).toBe("ready-1(gst)");
  expect(seven.status).toBe("SKIPPED");
  expect(seven.message).toContain("Its 7 nodes would be guests, 3 on each machine.");
  const log = await readFile(join(path, "cases", four.resultId, "case.log"), "utf8");
  expect(log).toContain(
    "ready-1(gst): left.two-0=0 right.two-0=1 left.two-1=2 right.two-1=3 left.guest-2=4 right.guest-2=5",
  );
  const order = events.flatMap(({ type, step = "" }) =>
    /^transformer-finished|^environment-|guest/.test(`${type}${step}`) ? [type] : [],
  );
  const transformers = order.lastIndexOf("transformer-finished");
  expect(transformers).toBeGreaterThanOrEqual(0);
  expect(order.slice(transformers + 1)).toEqual([
    ...Array.from({ length: 6 }, () => "platform-progress"),
    "environment-ready",
    "environment-deleted",
  ]);
  const ready = events.find(({ type }) => type === "environment-ready");
  expect(ready).toMatchObject({
    environment: "ready-1(gst)",
    within: "ready-1",
    facts: { host_environment: "ready-1" },
  });
  const summary = summarizeRun(events);
  expect(summary.environments.map(({ name, state }) => [name, state])).toEqual([["ready-1(gst)", "deleted"]]);
  expect(new Set(summary.progress.map(({ environment }) => environment))).toEqual(new Set(["ready-1(gst)"]));
  const pids = Object.values<string>(ready.facts).flatMap((fact) => / pid (\d+)/.exec(fact)?.[1] ?? []);
  expect(pids).toHaveLength(6);
  expect(pids.filter(isAlive)).toEqual([]);
  expect((await readdir(space.path)).filter((name) => name.startsWith("undone-"))).toHaveLength(6);
  expect(await readdir(join(tmpdir(), "assay-twins"))).toEqual([]);
});

test("a plan counts guests and not machines", async () => {
  const space = new Workspace({ "r.yml": runbook(), "twin.ts": GUESTS, "suite.ts": SUITE, "prepare.sh": "" });
  const { stdout } = await space.assay(["plan", "-r", "r.yml"]);
  expect(stdout).toMatch(/verify_four/);
  expect(stdout).toMatch(/verify_seven.*7 nodes.*6 nodes/s);
});

test("a guest whose end fails is told, and the others and their nodes are given back all the same", async () => {
  const { events, document } = await run(runbook(", ends: false"));
  expect(document.results.map(({ status }: { readonly status: string }) => status).toSorted()).toEqual([
    "PASSED",
    "SKIPPED",
  ]);
  const notices = events.filter(({ type, level }) => type === "notice" && level === "error");
  expect(notices.map(({ text }) => text)).toEqual([
    "Environment 'ready-1(gst)' could not be deleted: this twin does not want to go",
  ]);
  expect(await readdir(join(tmpdir(), "assay-twins"))).toEqual([]);
});

test("a guest that cannot be made fails the deployment and takes those made before with it", async () => {
  const { document, events } = await run(
    runbook().replace(
      `port: ${server.port}, username: ${server.username}, key_file: ${join(folder, "key")} }`,
      `port: 1, username: nobody, key_file: ${join(folder, "key")} }`,
    ),
  );
  expect(document.exitCode).toBe(3);
  expect(events.find(({ type }) => type === "environment-failed").message).toContain("nobody@127.0.0.1:1");
  expect(await readdir(join(tmpdir(), "assay-twins"))).toEqual([]);
});

test("guests end with the assay that made them, however it ends", async () => {
  const slow = SUITE.replace('await node.text(["true"])', 'await node.run(["sleep", "60"])');
  const space = new Workspace({ "r.yml": runbook(), "twin.ts": GUESTS, "suite.ts": slow, "prepare.sh": "#!/bin/sh\n" });
  const [program = "", ...args] = space.command(["run", "-r", "r.yml"]);
  const assay = spawn(program, args, {
    cwd: space.path,
    env: { ...process.env, TWIN_FOLDER: space.path },
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const chunk of assay.stderr) if (`${chunk}`.includes("started   Guests.verify_four")) break;
  const pids = await readdir(join(tmpdir(), "assay-twins")).then((folders) =>
    folders.flatMap((name) =>
      ["0", "1", "2"].map((place) => readFileSync(join(tmpdir(), "assay-twins", name, place, "pid"), "utf8").trim()),
    ),
  );
  expect(pids.filter(isAlive)).toHaveLength(6);
  assay.kill("SIGKILL");
  await expect.poll(() => readdir(join(tmpdir(), "assay-twins")), { timeout: 30_000 }).toEqual([]);
  expect(pids.filter(isAlive)).toEqual([]);
});
