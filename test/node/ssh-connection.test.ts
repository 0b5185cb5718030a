import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LoginRefused, NodeUnreachable } from "../../packages/assay/src/errors/catalogue.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { connectSsh } from "../../packages/assay/src/node/shell/ssh/connect-ssh.ts";
import { HostKeyPin } from "../../packages/assay/src/node/shell/ssh/host-key-pin.ts";
import type { SshSettings } from "../../packages/assay/src/node/shell/ssh/settings.ts";
import { type SshServer, startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";
import { startTcpRelay } from "../../packages/assay/src/testing/tcp-relay.ts";

let server: SshServer;
let folder: string;
beforeAll(async () => {
  server = await startSshServer({ config: ["PasswordAuthentication yes", "KbdInteractiveAuthentication no"] });
  folder = await mkdtemp(join(tmpdir(), "assay-ssh-"));
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function target(changes: Partial<SshSettings> = {}): SshSettings {
  const { address, port, username, privateKey } = server;
  return { address, port, username, privateKey, ...changes };
}

function anotherKey(): string {
  return generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs1", format: "pem" })
    .toString();
}

test.each([true, false])(
  "a connection cut in mid-command is an outcome, then reconnects (channel: %s)",
  async (useChannel) => {
    await using relay = await startTcpRelay(server.port);
    await using shell = await connectSsh(target({ port: relay.port, useChannel }));
    const begun = join(folder, `begun-${useChannel}`);
    const running = shell.run(sh`echo so far; touch ${begun}; exec sleep 3`);
    await expect
      .poll(
        () =>
          stat(begun).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    await shell.run([":"]);
    relay.cut();
    const lost = await running;
    expect(lost).toMatchObject({ outcome: { kind: "connection-lost" }, exitCode: undefined, stdout: "so far\n" });
    expect((await shell.run([":"])).outcome.kind).toBe("connection-lost");
    await expect(shell.spawn([":"])).rejects.toThrow(NodeUnreachable);
    await expect(shell.upload("/etc/hostname", join(folder, "x"))).rejects.toThrow(NodeUnreachable);
    await shell.reconnect({ timeoutMs: 20_000 });
    expect((await shell.run(sh`echo back`)).stdout).toBe("back\n");
    await shell.upload("/etc/hostname", join(folder, "x"));
  },
);

test("a node that has vanished without a word holds nobody up who closes its shell", async () => {
  await using relay = await startTcpRelay(server.port);
  const shell = await connectSsh(target({ port: relay.port }));
  relay.vanish();
  // Two seconds are for a server that says good-bye.
  await shell[Symbol.asyncDispose]();
});

test("reconnect waits through a refused port and a server that says nothing", async () => {
  await using relay = await startTcpRelay(server.port);
  await using shell = await connectSsh(target({ port: relay.port }));
  relay.setDeaf(true);
  relay.cut();
  const reconnecting = shell.reconnect({ timeoutMs: 60_000 });
  // The first attempt has met the silent port when a connection stands.
  await relay.connected();
  relay.setDeaf(false);
  await reconnecting;
  expect((await shell.run(sh`echo back`)).stdout).toBe("back\n");
});

test("reconnect gives up at its deadline and when it is aborted", async () => {
  await using own = await startSshServer();
  await using shell = await connectSsh(target({ port: own.port, privateKey: own.privateKey }));
  await own.stop();
  await expect(shell.reconnect({ timeoutMs: 600 })).rejects.toThrow(/refused the connection.* Gave up after 1 s\./);
  const signal = AbortSignal.timeout(200);
  await expect(shell.reconnect({ timeoutMs: 60_000, signal })).rejects.toThrow(/aborted|timeout/i);
  await own.start();
  await shell.reconnect({ timeoutMs: 20_000 });
  expect((await shell.run([":"])).exitCode).toBe(0);
});

test("a changed host key is refused at once and named", async () => {
  await using own = await startSshServer();
  const hostKey = new HostKeyPin();
  const settings = target({ port: own.port, privateKey: own.privateKey, hostKey });
  await using shell = await connectSsh(settings);
  const first = hostKey.fingerprint;
  expect(first).toMatch(/^SHA256:/);
  own.changeHostKey();
  await own.stop();
  await own.start();
  const message = new RegExp(`host key of '.*' has changed: it was ${first?.replaceAll("+", "\\+")}`);
  await expect(shell.reconnect({ timeoutMs: 20_000 })).rejects.toThrow(message);
  await expect(connectSsh({ ...settings, hostKey: new HostKeyPin("SHA256:other") })).rejects.toThrow(/has changed/);
  await using trusting = await connectSsh({ ...settings, hostKey: new HostKeyPin() });
  expect((await trusting.run([":"])).exitCode).toBe(0);
});

test("a refused login names user, address, port and what was offered", async () => {
  const where = `'${server.username}@127.0.0.1:${server.port}' refuses user '${server.username}'`;
  const wrongKey = connectSsh(target({ privateKey: anotherKey() }));
  await expect(wrongKey).rejects.toMatchObject({
    code: "LOGIN_REFUSED",
    message: `${where} with the given private key.`,
    help: expect.stringContaining("authorized_keys"),
  });
  const wrongPassword = connectSsh(target({ privateKey: undefined, password: "wrong" }));
  await expect(wrongPassword).rejects.toMatchObject({
    code: "LOGIN_REFUSED",
    message: `${where} with the given password.`,
    help: expect.stringContaining("password"),
  });
  await expect(connectSsh(target({ username: "nobody-here" }))).rejects.toThrow(LoginRefused);
  await expect(connectSsh(target({ privateKey: "no key" }))).rejects.toThrow(/private key for '.*' cannot be read/);
});

test("a wrong port is told at once, a silent server at the limit", async () => {
  await expect(connectSsh(target({ port: 1 }))).rejects.toThrow(/:1' refused the connection/);
  await using relay = await startTcpRelay(server.port);
  relay.setDeaf(true);
  const silent = connectSsh(target({ port: relay.port, connectTimeoutMs: 300 }));
  await expect(silent).rejects.toThrow(/its SSH server says nothing \(waited 0\.3 s\)/);
  const controller = new AbortController();
  const aborted = connectSsh(target({ port: relay.port, waitUntilReadyMs: 60_000, signal: controller.signal }));
  controller.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
});

test("more commands than the server takes sessions wait for their turn", async () => {
  await using small = await startSshServer({ config: ["MaxSessions 3"] });
  for (const useChannel of [true, false]) {
    await using shell = await connectSsh(target({ port: small.port, privateKey: small.privateKey, useChannel }));
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    const done = await Promise.all(numbers.map((number) => shell.run(["cat"], { stdin: `in ${number}` })));
    expect(done.map(({ stdout }) => stdout)).toEqual(numbers.map((number) => `in ${number}`));
    const mixed = await Promise.all(numbers.map((number) => shell.run(["printf", "%s", number.toString()])));
    expect(mixed.map(({ stdout }) => stdout)).toEqual(numbers.map(String));
    expect((await shell.run(["sleep", "60"], { timeoutMs: 300 })).outcome.kind).toBe("timed-out");
    await shell.upload("/etc/hostname", join(folder, "uploaded"));
  }
});

test("what start-up files of the login shell print is no output of a command", async () => {
  await using noisy = await startSshServer({
    config: ['SetEnv BASH_ENV="/dev/null"', 'ForceCommand echo noise; echo noise >&2; eval "$SSH_ORIGINAL_COMMAND"'],
  });
  for (const useChannel of [true, false]) {
    await using shell = await connectSsh(target({ port: noisy.port, privateKey: noisy.privateKey, useChannel }));
    expect(await shell.run(sh`echo a; echo b >&2`)).toMatchObject({ stdout: "a\n", stderr: "b\n", exitCode: 0 });
  }
});

test("a login that gives no shell says what the node said", async () => {
  await using closed = await startSshServer({ config: ["ForceCommand echo 'This account is not available.'; exit 1"] });
  await using shell = await connectSsh(target({ port: closed.port, privateKey: closed.privateKey }));
  const done = await shell.run(["true"]);
  expect(done).toMatchObject({ stdout: "This account is not available.\n", exitCode: 1 });
});
