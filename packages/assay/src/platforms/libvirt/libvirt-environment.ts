import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PlatformError } from "../../errors/catalogue.ts";
import { cacheFolder } from "../../host/folders.ts";
import type { Node } from "../../node/node.ts";
import { MachinesEnvironment, type MachinesParts } from "../machines-environment.ts";
import type { MachineNics } from "../qemu/features/network-interface.ts";
import { nestedExtension } from "../qemu/host/nesting.ts";
import type { MachineShape } from "../qemu/machine/machine.ts";
import { watchDeath } from "../qemu/machine/machine-death.ts";
import type { MachineNetwork } from "../qemu/network/machine-network.ts";
import { loginCommand, machineNode } from "../qemu/qemu-node.ts";
import { makeMark } from "./domain/mark.ts";
import type { ConnectedMachine, Prepared } from "./machine.ts";
import { machineFeatures } from "./machine-features.ts";
import type { PrivateWires } from "./network/private-network.ts";

/** A machine of an environment and what is known of it. */
export interface MachineParts {
  readonly name: string;
  readonly shape: MachineShape;
  readonly connected: ConnectedMachine;
  /** Its view of the private network; undefined for a machine alone. */
  readonly network: MachineNetwork | undefined;
  readonly nics: MachineNics;
}

interface EnvironmentParts {
  readonly name: string;
  /** In the order of the nodes. */
  readonly machines: readonly [MachineParts, ...MachineParts[]];
  /** Between the machines; undefined for one alone. */
  readonly network: PrivateWires | undefined;
  readonly prepared: Prepared;
  readonly facts: Readonly<Record<string, string>>;
  readonly afterwards: MachinesParts["afterwards"];
}

/** Machines of libvirt with their nodes. */
export function libvirtEnvironment(parts: EnvironmentParts): MachinesEnvironment {
  const { afterwards, facts, machines, name, network, prepared } = parts;
  const { username } = prepared;
  const [first, ...others] = machines;
  const ways = {
    watch: (tell: (reason: unknown) => void) => watchDomains(machines, tell),
    keep: async () => {
      await mkdir(keptFolder(), { recursive: true, mode: 0o700 });
      for (const machine of machines) await keepMachine(machine, prepared);
      // It is carried by this process, which goes; what is kept are the machines.
      await network?.[Symbol.asyncDispose]();
    },
    remove: async () => {
      await Promise.all(machines.map(({ connected }) => removeMachine(connected)));
      await network?.[Symbol.asyncDispose]();
    },
  };
  const loginCommands = machines.map(({ connected: { address, domain, port } }) =>
    loginCommand({ address, port, username }, keyFile(domain.name)),
  );
  const nodes: MachinesParts["nodes"] = [
    nodeOf(first, 0, parts),
    ...others.map((each, index) => nodeOf(each, index + 1, parts)),
  ];
  return new MachinesEnvironment({ afterwards, facts, loginCommands, name, nodes, ways });
}

function watchDomains(machines: readonly MachineParts[], tell: (reason: unknown) => void): () => void {
  let isWatching = true;
  // What QEMU tells of the host's disks; how machines end is libvirt's to tell.
  const ended = new Promise<string>(() => undefined);
  const stops = machines.map(({ connected: { domain }, name }) => {
    void domain.died.then((words) => {
      if (!isWatching) return;
      tell(new PlatformError(`The machine '${name}' died: libvirt tells '${words}'.`, { isTransient: true }));
    });
    return watchDeath({ qmp: domain.qmp, ended }, name, tell);
  });
  return () => {
    isWatching = false;
    for (const stop of stops) stop();
  };
}

async function keepMachine({ connected, name }: MachineParts, { pool, runId, sshKey }: Prepared): Promise<void> {
  const { domain, shell } = connected;
  const file = keyFile(domain.name);
  await writeFile(file, sshKey.privateKey, { mode: 0o600 });
  await chmod(file, 0o600);
  await shell[Symbol.asyncDispose]();
  await domain.keep(await makeMark({ runId, name, storage: pool.name }));
}

const keptFolder = (): string => join(cacheFolder(), "libvirt", "kept");
const keyFile = (domain: string): string => join(keptFolder(), `${domain}.key`);

/** Ends a machine and the shell on it. */
export async function removeMachine({ domain, shell }: ConnectedMachine): Promise<void> {
  // The machine first: a shell that says good-bye to a dead or hung guest would only wait.
  await domain[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
}

function nodeOf(
  { connected, name, network, nics, shape }: MachineParts,
  index: number,
  { prepared }: Pick<EnvironmentParts, "prepared">,
): Node {
  const { address, port, shell } = connected;
  const { accelerator, host, username } = prepared;
  const extension = nestedExtension(shape.hardware ?? {}, accelerator, host.nesting);
  const features = machineFeatures({ accelerator, connected, extension, network, nics, shape });
  return machineNode({ name, network, shape, index, shell, login: { address, port, username }, features });
}
