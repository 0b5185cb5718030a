import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LoginRefused, NodeUnreachable, PlatformError, UsageError } from "../../packages/assay/src/errors/catalogue.ts";
import { localPlatform } from "../../packages/assay/src/platforms/local/local-platform.ts";
import type { DeployContext, EnvironmentRequirement } from "../../packages/assay/src/platforms/platform.ts";
import { readyPlatform } from "../../packages/assay/src/platforms/ready/ready-platform.ts";
import type { RemoteNodeSettings } from "../../packages/assay/src/runbook/types.ts";
import { type SshServer, startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";

const small: EnvironmentRequirement = { nodeCount: 1, cores: 1, memoryMb: 16, features: [], coldBoot: false };

let server: SshServer;
let folder: string;
beforeAll(async () => {
  server = await startSshServer();
  folder = await mkdtemp(join(tmpdir(), "assay-ready-"));
  await writeFile(join(folder, "key"), server.privateKey, { mode: 0o600 });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function remote(changes: Partial<RemoteNodeSettings> = {}): RemoteNodeSettings {
  const { address, port, username } = server;
  const privateKeyFile = join(folder, "key");
  return { name: "first", address, port, username, password: undefined, privateKeyFile, ...changes };
}

const context = (): DeployContext => ({
  environmentName: "ready-0",
  signal: new AbortController().signal,
  logFolder: folder,
  progress: () => {},
});

test("logs in to given machines, knows what they have, and only lets go of them in the end", async () => {
  await using platform = readyPlatform([[remote(), remote({ name: "second" })]]);
  expect(platform.maxEnvironments).toBe(1);
  {
    await using environment = await platform.deploy({ ...small, nodeCount: 2 }, context());
    expect(environment.nodes.map(({ name, index }) => [name, index])).toEqual([
      ["first", 0],
      ["second", 1],
    ]);
    const [node] = environment.nodes;
    expect(node.isLocal).toBe(false);
    expect(node.capability.cores).toBe((await node.facts()).cpuCount);
  }
  expect(platform.refuse({ ...small, cores: 100_000 })).toMatch(/no ready environment has both/);
  await using again = await platform.deploy(small, context());
  expect(await again.nodes[0].text(["echo", "still here"])).toBe("still here");
});

test("who wants machines that are in use waits until they are free, or until the run is cancelled", async () => {
  await using platform = readyPlatform([[remote()]]);
  const environment = await platform.deploy(small, context());
  const cancel = new AbortController();
  const cancelled = platform.deploy(small, { ...context(), signal: cancel.signal });
  const waiting = platform.deploy(small, context());
  cancel.abort(new Error("the run was cancelled"));
  await expect(cancelled).rejects.toThrow("the run was cancelled");
  await environment[Symbol.asyncDispose]();
  await using next = await waiting;
  expect(await next.nodes[0].text(["echo", "mine now"])).toBe("mine now");
});

test("takes the environment and the order of nodes that a placement asks for, also by what the nodes turn out to have", async () => {
  const seen: (number | undefined)[][] = [];
  await using platform = readyPlatform([[remote({ name: "a" })], [remote({ name: "b" }), remote({ name: "c" })]], {
    place(index, _, measured) {
      seen.push([index, measured?.length]);
      return index === 0 && measured !== undefined ? undefined : [index];
    },
  });
  await using environment = await platform.deploy(small, context());
  expect(environment.nodes.map(({ name }) => name)).toEqual(["c", "b"]);
  expect(seen).toContainEqual([0, undefined]);
  expect(seen).toContainEqual([0, 1]);
});

test("says before anything else why a case cannot run there", () => {
  const platform = readyPlatform([[remote()]]);
  expect(platform.refuse(small)).toBeUndefined();
  expect(platform.refuse({ ...small, nodeCount: 2 })).toBe("It needs 2 nodes; the largest ready environment has 1.");
  expect(platform.refuse({ ...small, features: ["SerialConsole"] })).toMatch(/feature 'SerialConsole'/);
  expect(platform.refuse({ ...small, coldBoot: true })).toMatch(/never restarts/);
  expect(() => readyPlatform([[]])).toThrow(UsageError);
});

test("a machine that is too small for the first case is told as such", async () => {
  const platform = readyPlatform([[remote()]]);
  await expect(platform.deploy({ ...small, cores: 100_000 }, context())).rejects.toThrow(PlatformError);
});

test.each<[string, () => Partial<RemoteNodeSettings>, new (message: string) => Error, RegExp]>([
  ["wrong port", () => ({ port: 1 }), NodeUnreachable, /127\.0\.0\.1:1' refused the connection/],
  [
    "wrong user",
    () => ({ username: "nobody-here" }),
    LoginRefused,
    /refuses user 'nobody-here' with the given private key/,
  ],
  ["wrong password", () => ({ privateKeyFile: undefined, password: "no" }), LoginRefused, /with the given password/],
  [
    "no key file",
    () => ({ privateKeyFile: "/nowhere/key" }),
    UsageError,
    /'\/nowhere\/key' of node 'first' cannot be read/,
  ],
  [
    "no key in the file",
    () => ({ privateKeyFile: "/etc/hostname" }),
    LoginRefused,
    /private key for .* cannot be read/,
  ],
  ["unknown host", () => ({ address: "nowhere.invalid" }), NodeUnreachable, /nowhere\.invalid/],
])("one clear message: %s", async (_name, changes, type, message) => {
  const platform = readyPlatform([[remote(changes())]]);
  const deploying = platform.deploy(small, context());
  await expect(deploying).rejects.toThrow(type);
  await expect(deploying).rejects.toThrow(message);
});

test("the local platform tests this machine", async () => {
  await using platform = localPlatform();
  await using environment = await platform.deploy(small, context());
  const [node] = environment.nodes;
  expect(node.isLocal).toBe(true);
  expect(await node.text(["hostname"])).toBe(node.name);
  expect(platform.refuse(small)).toBeUndefined();
  expect(platform.refuse({ ...small, nodeCount: 2 })).toMatch(/this machine only/);
  expect(platform.refuse({ ...small, memoryMb: 10 ** 9 })).toMatch(/MiB of memory/);
  expect(platform.refuse({ ...small, features: ["StartStop"] })).toMatch(/'StartStop'/);
});
