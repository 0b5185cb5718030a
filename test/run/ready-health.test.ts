import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventBody } from "../../packages/assay/src/events/types.ts";
import type { DeployContext, EnvironmentRequirement } from "../../packages/assay/src/platforms/platform.ts";
import { readyPlatform } from "../../packages/assay/src/platforms/ready/ready-platform.ts";
import { HostGates } from "../../packages/assay/src/run/deploy/host-gates.ts";
import { DEFAULT_CIRCUIT } from "../../packages/assay/src/run/health/circuit.ts";
import type { RemoteNodeSettings } from "../../packages/assay/src/runbook/types.ts";
import { type SshServer, startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";
import { startTcpRelay } from "../../packages/assay/src/testing/tcp-relay.ts";

const small: EnvironmentRequirement = { nodeCount: 1, cores: 1, memoryMb: 16, features: [], coldBoot: false };

let server: SshServer;
let folder: string;
beforeAll(async () => {
  server = await startSshServer();
  folder = mkdtempSync(join(tmpdir(), "assay-ready-health-"));
  writeFileSync(join(folder, "key"), server.privateKey, { mode: 0o600 });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** A machine that takes connections and drops them, until it is switched to the real one. */
async function brokenMachine() {
  let asked = 0;
  const listener = createServer((socket) => {
    asked += 1;
    socket.destroy();
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("There is no port.");
  return {
    port: address.port,
    get asked() {
      return asked;
    },
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await once(listener, "close");
    },
  };
}

const machine = (name: string, port: number): RemoteNodeSettings => ({
  ...{ name, port, address: "127.0.0.1", username: server.username, password: undefined },
  privateKeyFile: join(folder, "key"),
});

test("a machine that keeps failing is passed over while another fits, and no deployment fails for it", async () => {
  await using broken = await brokenMachine();
  await using platform = readyPlatform([[machine("bad", broken.port)], [machine("good", server.port)]]);
  const events: EventBody[] = [];
  const settings = { ...DEFAULT_CIRCUIT, opensAfter: 2, firstPauseMs: 3_600_000, longestPauseMs: 3_600_000 };
  const context: DeployContext = {
    environmentName: "ready-1",
    signal: new AbortController().signal,
    logFolder: folder,
    progress: () => undefined,
    hosts: new HostGates(settings, (event) => events.push(event)),
  };
  const asked: number[] = [];
  for (let count = 0; count < 4; count++) {
    await using environment = await platform.deploy(small, context);
    expect(environment.nodes[0].name).toBe("good");
    asked.push(broken.asked);
  }
  // Two deployments tried it first, the others know better.
  expect(asked[1]).toBeGreaterThan(asked[0] ?? 0);
  expect(asked[3]).toBe(asked[1]);
  expect(events).toMatchObject([
    { type: "health-changed", what: `host '127.0.0.1:${broken.port}'`, state: "open", level: "warn" },
  ]);
});

test("where no other machine fits, one that is taken out is used all the same", async () => {
  await using broken = await brokenMachine();
  await using platform = readyPlatform([[machine("bad", broken.port)]]);
  const settings = { ...DEFAULT_CIRCUIT, opensAfter: 1, firstPauseMs: 3_600_000, longestPauseMs: 3_600_000 };
  const context: DeployContext = {
    environmentName: "ready-1",
    signal: new AbortController().signal,
    logFolder: folder,
    progress: () => undefined,
    hosts: new HostGates(settings, () => undefined),
  };
  await expect(platform.deploy(small, context)).rejects.toThrow(String(broken.port));
  const before = broken.asked;
  await expect(platform.deploy(small, context)).rejects.toThrow(String(broken.port));
  expect(broken.asked).toBeGreaterThan(before);
});

test("who waits for a machine while another is taken out leaves time for everything else", async () => {
  await using broken = await brokenMachine();
  await using platform = readyPlatform([[machine("good", server.port)], [machine("bad", broken.port)]]);
  const settings = { ...DEFAULT_CIRCUIT, opensAfter: 1, firstPauseMs: 3_600_000, longestPauseMs: 3_600_000 };
  const cancel = new AbortController();
  const hosts = new HostGates(settings, () => undefined);
  hosts.admits(`127.0.0.1:${broken.port}`);
  hosts.failed(`127.0.0.1:${broken.port}`, "it is broken");
  const context: DeployContext = {
    environmentName: "ready-1",
    signal: cancel.signal,
    logFolder: folder,
    progress: () => undefined,
    hosts,
  };
  const first = await platform.deploy(small, context);
  const second = platform.deploy(small, context);
  const third = platform.deploy(small, context);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await first[Symbol.asyncDispose]();
  const next = await Promise.race([second, third]);
  expect(next.nodes[0].name).toBe("good");
  cancel.abort(new Error("the run was cancelled"));
  await expect(Promise.all([second, third])).rejects.toThrow("the run was cancelled");
  await next[Symbol.asyncDispose]();
});

test("a machine that is taken out is tried again when its pause is over, while all others are in use", async () => {
  await using relay = await startTcpRelay(server.port);
  await using platform = readyPlatform([[machine("good", server.port)], [machine("back", relay.port)]]);
  const hosts = new HostGates({ ...DEFAULT_CIRCUIT, opensAfter: 1, firstPauseMs: 100 }, () => undefined);
  hosts.admits(`127.0.0.1:${relay.port}`);
  hosts.failed(`127.0.0.1:${relay.port}`, "it was away");
  const context: DeployContext = {
    environmentName: "ready-1",
    signal: AbortSignal.timeout(30_000),
    logFolder: folder,
    progress: () => undefined,
    hosts,
  };
  await using first = await platform.deploy(small, context);
  await using second = await platform.deploy(small, context);
  expect([first, second].map(({ nodes }) => nodes[0].name)).toEqual(["good", "back"]);
});
