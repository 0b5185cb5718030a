import { HostKeyPin } from "../../node/shell/ssh/host-key-pin.ts";
import type { BootableImage } from "./boot-way.ts";
import type { ConnectedMachine } from "./fork.ts";
import type { HostSetup } from "./host/host-setup.ts";
import { needRoom } from "./host/room.ts";
import { firmwareFor } from "./host/security.ts";
import { bootToLogin } from "./machine/boot.ts";
import { writeBootFiles } from "./machine/boot-files.ts";
import { authorizeKey, firstLogin } from "./machine/first-login.ts";
import { Machine, type MachineShape } from "./machine/machine.ts";
import { MACHINE_DISK_BYTES, MachineFolder, machinesFolder } from "./machine/machine-folder.ts";
import { createEmptyOverlay } from "./machine/overlay.ts";
import type { SshKey } from "./machine/ssh-key.ts";
import type { NetworkPlace } from "./network/network-plan.ts";
import { joinNetwork, NetworkedShell } from "./network/networked-shell.ts";

export interface ColdBootOrder {
  readonly host: HostSetup;
  readonly image: BootableImage;
  readonly shape: MachineShape;
  readonly runId: string;
  readonly hostname: string;
  readonly username: string;
  /** Its place in the private network; undefined for a machine alone. */
  readonly network: NetworkPlace | undefined;
  readonly sshKey: SshKey;
  readonly logFolder: string;
  readonly lifetime: "with-owner" | "on-its-own";
  readonly signal: AbortSignal;
}

/** Switches a machine on with the image as it is, and waits for its first login. Throws BootFailed and as forks do. */
export async function coldBoot(order: ColdBootOrder): Promise<ConnectedMachine> {
  const { host, image, signal, sshKey, username, network } = order;
  await needRoom(machinesFolder(), MACHINE_DISK_BYTES, `the machine '${order.hostname}'`);
  await using opened = new AsyncDisposableStack();
  const folder = await MachineFolder.create(order.runId, order.hostname);
  opened.defer(() => folder.remove());
  const emptyOverlay = folder.join("empty-overlay.qcow2");
  const base = { path: image.path, format: image.format };
  const { hostname } = order;
  const contents = { instanceId: folder.path, hostname, username, publicKey: sshKey.publicKey };
  const [bootFiles] = await Promise.all([
    writeBootFiles(folder.path, image.way, contents, signal),
    createEmptyOverlay(host.qemuImg, emptyOverlay, { ...base, sizeBytes: image.virtualSizeBytes }, signal),
  ]);
  const machine = opened.use(
    await Machine.start({
      ...{ host, folder, bootFiles, emptyOverlay, signal, shape: order.shape, lifetime: order.lifetime },
      backing: [base],
      firmwareVariables: firmwareFor(host, order.shape)?.variables,
      logFolder: order.logFolder,
      memory: undefined,
      virtiofs: order.shape.virtiofs,
      privateMac: network?.macAddress,
    }),
  );
  // The first boot shall find one network, as that of a machine alone does.
  if (network !== undefined) await machine.setPrivateLink("down", signal);
  const { way } = image;
  const login = { username, way, login: firstLogin(way, sshKey), hostKey: new HostKeyPin() };
  const first = await bootToLogin(machine, { ...login, image: image.name, timeoutMs: host.bootTimeoutMs, signal });
  opened.use(first);
  await authorizeKey(first, way, sshKey, signal);
  if (network !== undefined) {
    await machine.setPrivateLink("up", signal);
    await joinNetwork(first, network, signal);
  }
  const told = await first.run(["uname", "-r"], { signal });
  opened.move();
  const kernelRelease = told.stdout.trim() || undefined;
  return {
    machine,
    kernelRelease,
    shell:
      network === undefined
        ? first
        : new NetworkedShell(first, machine, (joining, limit) => joinNetwork(joining, network, limit)),
  };
}
