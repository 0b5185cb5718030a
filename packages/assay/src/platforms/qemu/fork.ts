import type { Image } from "../../image/types.ts";
import { connectSsh } from "../../node/shell/ssh/connect-ssh.ts";
import { HostKeyPin } from "../../node/shell/ssh/host-key-pin.ts";
import type { SshSettings } from "../../node/shell/ssh/settings.ts";
import type { Shell } from "../../node/shell/types.ts";
import type { HostSetup } from "./host/host-setup.ts";
import { assumeIdentity, makeMachineId } from "./identity.ts";
import { Machine } from "./machine/machine.ts";
import { MachineFolder } from "./machine/machine-folder.ts";
import { RunShell } from "./machine/run-shell.ts";
import type { SshKey } from "./machine/ssh-key.ts";
import type { Template } from "./template/template-store.ts";

export interface ForkOrder {
  readonly host: HostSetup;
  readonly image: Image;
  readonly template: Template;
  readonly runId: string;
  readonly hostname: string;
  readonly sshKey: SshKey;
  readonly logFolder: string;
  readonly lifetime: "with-owner" | "on-its-own";
  readonly signal: AbortSignal;
  /** Called when a part is done, with the milliseconds since the fork began. */
  readonly onStep?: (step: "loaded" | "connected" | "identified", elapsedMs: number) => void;
}

/** A machine and the shell on it. The caller disposes of both. */
export interface ConnectedMachine {
  readonly machine: Machine;
  readonly shell: Shell;
}

/** A fork takes seconds; one that takes minutes has a damaged template or a host that stands. */
const CONNECT_TIMEOUT_MS = 120_000;

/** Makes a running copy of the template and a login on it. Throws PlatformError, HostExhausted or NodeUnreachable. */
export async function forkTemplate(order: ForkOrder): Promise<ConnectedMachine> {
  const { template, host, image, signal } = order;
  const { username, ...shape } = template.inputs;
  const startedAt = performance.now();
  const step = (name: "loaded" | "connected" | "identified") => order.onStep?.(name, performance.now() - startedAt);
  await using opened = new AsyncDisposableStack();
  const folder = await MachineFolder.create(order.runId, order.hostname);
  opened.defer(() => folder.remove());
  const machine = opened.use(
    await Machine.start({
      ...{ host, folder, signal, lifetime: order.lifetime, logFolder: order.logFolder },
      shape: { cores: shape.cores, memoryMb: shape.memoryMb },
      emptyOverlay: template.path("emptyOverlay"),
      backing: [
        { path: template.path("disk"), format: "qcow2" },
        { path: image.path, format: image.format },
      ],
      firmwareVariables: host.firmware === undefined ? undefined : template.path("variables"),
      seed: template.path("seed"),
      earlierSerialLog: template.path("serialLog"),
      memory: { path: template.path("memory"), access: "private" },
      deviceState: template.path("deviceState"),
    }),
  );
  step("loaded");
  await machine.qmp.execute("cont", {}, { signal });
  const settings = {
    address: "127.0.0.1",
    port: machine.sshPort,
    username,
    hostKey: new HostKeyPin(template.hostKey),
    signal,
  } satisfies SshSettings;
  const first = opened.use(
    await connectSsh({ ...settings, privateKey: template.privateKey, waitUntilReadyMs: CONNECT_TIMEOUT_MS }),
  );
  step("connected");
  await assumeIdentity(
    first,
    {
      hostname: order.hostname,
      machineId: makeMachineId(),
      username,
      oldPublicKey: template.publicKey,
      newPublicKey: order.sshKey.publicKey,
    },
    signal,
  );
  step("identified");
  const shell = new RunShell(first, ({ timeoutMs, signal: reconnectSignal }) =>
    connectSsh({
      ...settings,
      signal: reconnectSignal,
      privateKey: order.sshKey.privateKey,
      waitUntilReadyMs: timeoutMs,
    }),
  );
  opened.move();
  return { machine, shell };
}
