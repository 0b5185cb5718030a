import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NodeUnreachable } from "../../packages/assay/src/errors/catalogue.ts";
import { LocalShell } from "../../packages/assay/src/node/shell/local/local-shell.ts";
import { connectSsh } from "../../packages/assay/src/node/shell/ssh/connect-ssh.ts";
import { type JumpHost, JumpRoute } from "../../packages/assay/src/node/shell/ssh/jump-route.ts";
import { SshShell } from "../../packages/assay/src/node/shell/ssh/ssh-shell.ts";
import type { Shell } from "../../packages/assay/src/node/shell/types.ts";
import { type SshServer, startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";
import { startTcpRelay } from "../../packages/assay/src/testing/tcp-relay.ts";

let gate: SshServer;
let inner: SshServer;
let node: SshServer;
let folder: string;
beforeAll(async () => {
  [gate, inner, node] = await Promise.all([startSshServer(), startSshServer(), startSshServer()]);
  folder = await mkdtemp(join(tmpdir(), "assay-jump-"));
});
afterAll(async () => {
  await Promise.all([gate, inner, node].map((server) => server?.[Symbol.asyncDispose]()));
  await rm(folder, { recursive: true, force: true });
});

const hostOf = ({ address, port, username, privateKey }: SshServer): JumpHost => ({
  address,
  port,
  username,
  privateKey,
});

const throughRoute = (via: JumpRoute, target = node): Promise<Shell> => connectSsh({ ...hostOf(target), via });

/** The port of the SSH connection a command came by, as its server sees it. */
const clientPort = async (shell: Shell): Promise<string> => {
  const done = await shell.run(["sh", "-c", 'printf %s "$SSH_CONNECTION"']);
  return done.stdout.split(" ")[1] ?? "";
};

test.each([1, 2])("commands, streams and transfers work through %i jump hosts", async (count) => {
  const [first, ...others] = [hostOf(gate), hostOf(inner)].slice(0, count);
  const via = new JumpRoute([first ?? hostOf(gate), ...others]);
  await using shell = await throughRoute(via);
  const done = await Promise.all([1, 2, 3].map((number) => shell.run(["cat"], { stdin: `in ${number}` })));
  expect(done.map(({ stdout }) => stdout)).toEqual(["in 1", "in 2", "in 3"]);
  expect((await shell.run(["sh", "-c", "exit 7"])).exitCode).toBe(7);
  const bytes = randomBytes(3_000_000);
  const [local, remote, back] = ["local", "remote", "back"].map((name) => join(folder, `${name}-${count}`));
  if (local === undefined || remote === undefined || back === undefined) throw new Error("There are three names.");
  await writeFile(local, bytes);
  await shell.upload(local, remote);
  await shell.download(remote, back);
  expect(bytes.equals(await readFile(back))).toBe(true);
  await using running = await shell.spawn(["cat"]);
  await running.write("streamed");
  running.endInput();
  const said: Uint8Array[] = [];
  for await (const chunk of running.stdout) said.push(chunk);
  expect(Buffer.concat(said).toString()).toBe("streamed");
  await shell.reconnect({ timeoutMs: 20_000 });
  expect((await shell.run(["echo", "back"])).stdout).toBe("back\n");
});

test("all who go through a jump host share one connection to it, which ends with the last of them", async () => {
  await using relay = await startTcpRelay(gate.port);
  const via = new JumpRoute([{ ...hostOf(gate), port: relay.port }]);
  const shells = await Promise.all([throughRoute(via), throughRoute(via), throughRoute(via)]);
  expect(relay.accepted).toBe(1);
  expect(new Set(await Promise.all(shells.map(clientPort))).size).toBe(3);
  await Promise.all(shells.map((shell) => shell[Symbol.asyncDispose]()));
  await relay.idle();
  await using again = await throughRoute(via);
  expect((await again.run([":"])).exitCode).toBe(0);
  expect(relay.accepted).toBe(2);
});

test("a cut connection to the jump host loses the node, and reconnecting goes the way anew", async () => {
  await using relay = await startTcpRelay(gate.port);
  const via = new JumpRoute([{ ...hostOf(gate), port: relay.port }]);
  await using shell = await throughRoute(via);
  const running = shell.run(["sleep", "60"]);
  relay.cut();
  expect((await running).outcome.kind).toBe("connection-lost");
  await shell.reconnect({ timeoutMs: 20_000 });
  expect((await shell.run(["echo", "back"])).stdout).toBe("back\n");
});

test("a host behind another one is found at its inner address", async () => {
  const nowhere = { ...hostOf(inner), address: "192.0.2.1", port: 1 };
  const via = new JumpRoute([hostOf(gate), { ...nowhere, inner: { address: "127.0.0.1", port: inner.port } }]);
  await using shell = await throughRoute(via);
  expect((await shell.run(["echo", "there"])).stdout).toBe("there\n");
});

test("a way that ends names the host it ends at", async () => {
  const refused = new JumpRoute([hostOf(gate), { ...hostOf(inner), privateKey: gate.privateKey }]);
  const where = `${inner.username}@127.0.0.1:${inner.port}`;
  await expect(throughRoute(refused)).rejects.toMatchObject({
    code: "LOGIN_REFUSED",
    message: `The way ends at jump host '${where}' (2 of 2): '${where}' refuses user '${inner.username}' with the given private key.`,
    help: expect.stringContaining("authorized_keys"),
  });
  const absent = new JumpRoute([hostOf(gate), { ...hostOf(inner), port: 1 }]);
  await expect(throughRoute(absent)).rejects.toThrow(
    /^The way ends at jump host '.*:1' \(2 of 2\): Jump host '.*' \(1 of 2\) does not reach '127\.0\.0\.1:1': /,
  );
  const node2 = connectSsh({ ...hostOf(node), port: 1, via: new JumpRoute([hostOf(gate)]) });
  await expect(node2).rejects.toThrow(/^Jump host '.*' does not reach '127\.0\.0\.1:1': Connection refused\.$/);
  await using closed = await startSshServer({ config: ["AllowTcpForwarding no"] });
  const prohibited = throughRoute(new JumpRoute([hostOf(closed)]));
  await expect(prohibited).rejects.toMatchObject({
    message: expect.stringMatching(/^Jump host '.*' forwards no connections/),
    help: expect.stringContaining("AllowTcpForwarding"),
  });
  await expect(throughRoute(new JumpRoute([{ ...hostOf(gate), port: 1 }]))).rejects.toThrow(NodeUnreachable);
});

test("who gives up on the way leaves it to the others", async () => {
  await using relay = await startTcpRelay(gate.port);
  const via = new JumpRoute([{ ...hostOf(gate), port: relay.port }]);
  const controller = new AbortController();
  const first = connectSsh({ ...hostOf(node), via, signal: controller.signal });
  const second = throughRoute(via);
  await relay.connected();
  controller.abort(new Error("enough"));
  await expect(first).rejects.toThrow("enough");
  await using shell = await second;
  expect((await shell.run([":"])).exitCode).toBe(0);
});

test("a host that is lost takes those before it along, so that no connection stays when all have gone", async () => {
  await using outer = await startTcpRelay(gate.port);
  await using middle = await startTcpRelay(inner.port);
  const via = new JumpRoute([
    { ...hostOf(gate), port: outer.port },
    { ...hostOf(inner), port: middle.port },
  ]);
  const shell = await throughRoute(via);
  middle.cut();
  await outer.idle();
  await shell[Symbol.asyncDispose]();
});

test("when the last one gives up, a jump host that says nothing is not waited for", { timeout: 5_000 }, async () => {
  await using relay = await startTcpRelay(gate.port);
  relay.setDeaf(true);
  const via = new JumpRoute([{ ...hostOf(gate), port: relay.port }]);
  const controller = new AbortController();
  const login = connectSsh({ ...hostOf(node), via, signal: controller.signal });
  await relay.connected();
  controller.abort(new Error("enough"));
  await expect(login).rejects.toThrow("enough");
  await relay.idle();
});

test.each(["local", "ssh"])("a %s shell connects to ports that its node reaches", async (kind) => {
  await using shell = kind === "local" ? new LocalShell() : await SshShell.connect(hostOf(gate));
  const socket = await shell.openTcp({ address: "127.0.0.1", port: node.port });
  const [banner] = await once(socket, "data");
  expect(`${banner}`).toMatch(/^SSH-2\.0-/);
  socket.destroy();
  await expect(shell.openTcp({ address: "127.0.0.1", port: 1 })).rejects.toThrow(/does not reach '127\.0\.0\.1:1'/);
  await expect(shell.openTcp({ address: "127.0.0.1", port: node.port }, AbortSignal.abort("enough"))).rejects.toBe(
    "enough",
  );
});
