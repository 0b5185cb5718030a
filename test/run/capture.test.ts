import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readyPlatform } from "../../packages/assay/src/platforms/ready/ready-platform.ts";
import { captureFacts } from "../../packages/assay/src/run/capture/capture-facts.ts";
import { startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";

const nothing = {
  azureInformation: false,
  bootTime: false,
  kernelConfig: false,
  vmInformation: true,
  assertKernelErrors: false,
};
const signal = new AbortController().signal;

/** Writes a program that a session finds before any other of its name. */
function program(folder: string, name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
}

test("boot times of each node are facts of the environment; what a node cannot tell is said and no failure", async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-capture-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  const server = cleanup.use(await startSshServer({ searchFolder: "bin" }));
  const bin = join(server.folder, "bin");
  writeFileSync(join(folder, "key"), server.privateKey, { mode: 0o600 });
  const { address, port, username } = server;
  const node = { address, port, username, password: undefined, privateKeyFile: join(folder, "key") };
  const platform = cleanup.use(
    readyPlatform([
      [
        { ...node, name: "a" },
        { ...node, name: "b" },
      ],
    ]),
  );
  const requirement = { nodeCount: 2, cores: 1, memoryMb: 16, features: [], coldBoot: false };
  const context = { environmentName: "ready-1", signal, logFolder: folder, progress: () => undefined };
  const environment = cleanup.use(await platform.deploy(requirement, context));
  const said: string[] = [];
  const mask = (text: string): string => text.replaceAll("hunter2", "***");
  const options = { logFolder: folder, signal, mask, say: (text: string) => said.push(text) };

  program(bin, "systemd-analyze", 'echo "Startup finished in 945ms (kernel) + 10.2s (userspace) = 11.145s"');
  expect(await captureFacts(environment, { ...options, capture: { ...nothing, bootTime: true } })).toEqual({
    "a: kernel_boot_time_ms": "945",
    "a: userspace_boot_time_ms": "10200",
    "b: kernel_boot_time_ms": "945",
    "b: userspace_boot_time_ms": "10200",
  });
  expect(said).toEqual([]);

  program(bin, "systemd-analyze", "echo 'no systemd here' >&2; exit 1");
  expect(await captureFacts(environment, { ...options, capture: { ...nothing, bootTime: true } })).toEqual({});
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(/^'[ab]' does not tell its boot times: .*no systemd here/s);
  expect(await captureFacts(environment, { ...options, capture: nothing })).toEqual({});

  // For other users sudo looks for programs in places of its own.
  if (process.getuid?.() !== 0) return;
  program(bin, "find", "echo /var/log/waagent.log");
  program(bin, "tail", "echo 'provisioned with hunter2'");
  await captureFacts(environment, { ...options, capture: { ...nothing, azureInformation: true } });
  expect(readFileSync(join(folder, "a/var/log/waagent.log"), "utf8")).toBe("provisioned with ***");
});
