import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "ssh2";
import { resolveImage } from "../packages/assay/src/image/resolve.ts";
import { sh } from "../packages/assay/src/node/shell/command.ts";
import { connectSsh } from "../packages/assay/src/node/shell/ssh/connect-ssh.ts";
import { logIn } from "../packages/assay/src/node/shell/ssh/log-in.ts";
import type { SshSettings } from "../packages/assay/src/node/shell/ssh/settings.ts";
import type { Command } from "../packages/assay/src/node/shell/types.ts";
import { makeSshKey } from "../packages/assay/src/platforms/qemu/machine/ssh-key.ts";
import { qemuPlatform } from "../packages/assay/src/platforms/qemu/qemu-platform.ts";
import { atLeast, type Figure, figure, median } from "./figure.ts";

const ROUNDS = 40;
const LIMIT_MS = 600_000;

/** Round trips of commands on an emulated guest, which is a fork of the default image. */
export default async function channel(): Promise<readonly Figure[]> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  await using cleanup = new AsyncDisposableStack();
  const logFolder = await mkdtemp(join(tmpdir(), "assay-bench-"));
  cleanup.defer(() => rm(logFolder, { recursive: true, force: true }));
  const progress = ({ step }: { readonly step: string }) => process.stderr.write(`channel: ${step}\n`);
  const image = await resolveImage("debian-12", { signal });
  const platform = cleanup.use(
    await qemuPlatform({ image, section: {}, runId: `bench-${process.pid}`, keepEnvironment: "no" }),
  );
  const requirement = { nodeCount: 1, cores: 1, memoryMb: 512, features: [], coldBoot: false };
  await platform.prepare({ signal, logFolder, progress });
  const context = { environmentName: "bench", signal, logFolder, progress };
  const environment = cleanup.use(await platform.deploy(requirement, context));
  const [node] = environment.nodes;
  // A key of our own, for the plain SSH connection that the channel is compared with.
  const key = await makeSshKey("bench");
  await node.text(sh`mkdir -p ~/.ssh && printf '%s\n' ${key.publicKey} >>~/.ssh/authorized_keys`);
  return await benchChannel({ ...node.connection, privateKey: key.privateKey, signal });
}

/** Measures one SSH exec per command against the command channel on the same node, in turns. */
export async function benchChannel(settings: SshSettings): Promise<readonly Figure[]> {
  await using shell = await connectSsh(settings);
  const attempt = { bannerTimeoutMs: 60_000, timeoutMs: 60_000, signal: settings.signal };
  const client = await logIn(settings, attempt);
  const times = { exec: [], forked: [], builtin: [], text: [] } as Record<string, number[]>;
  try {
    for (let round = -2; round < ROUNDS; round += 1) {
      const measured = {
        exec: await milliseconds(() => execOnce(client, "/bin/true")),
        forked: await milliseconds(() => runOnce(shell, ["/bin/true"])),
        builtin: await milliseconds(() => runOnce(shell, [":"])),
        text: await milliseconds(() => runOnce(shell, sh`/bin/true`)),
      };
      // The first rounds open the channel and warm the guest's caches.
      if (round >= 0) for (const [name, time] of Object.entries(measured)) times[name]?.push(time);
    }
  } finally {
    client.destroy();
  }
  const middle = (name: string) => median(times[name] ?? []);
  return [
    figure("forked `true`: SSH exec ÷ command channel", middle("exec") / middle("forked"), "×", atLeast(2.5)),
    figure("shell builtin: SSH exec ÷ command channel", middle("exec") / middle("builtin"), "×", atLeast(20)),
    figure("one SSH exec of `true`", middle("exec"), "ms"),
    figure("forked `true` on the channel", middle("forked"), "ms"),
    figure("forked `true` as shell text on the channel", middle("text"), "ms"),
    figure("shell builtin on the channel", middle("builtin"), "ms"),
  ];
}

async function milliseconds(run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

async function runOnce(shell: Awaited<ReturnType<typeof connectSsh>>, command: Command): Promise<void> {
  const { exitCode, outcome } = await shell.run(command);
  if (exitCode !== 0) throw new Error(`The command ended as '${outcome.kind}'.`);
}

/** The least an SSH exec can cost: no shell of ours around the program, exit code and output read. */
async function execOnce(client: Client, program: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.exec(program, (error, stream) => {
    if (error !== undefined) return reject(error);
    stream.on("close", () => resolve()).resume();
    stream.stderr.resume();
  });
  await promise;
}
