import { MachinesEnvironment, type MachinesParts } from "../machines-environment.ts";
import { watchDeath } from "./machine/machine-death.ts";
import type { SshKey } from "./machine/ssh-key.ts";
import type { EthernetSwitch } from "./network/ethernet-switch.ts";
import { keepSwitch } from "./network/kept-switch.ts";
import { loginCommand, loginOf, type MachineParts, nodeOf } from "./qemu-node.ts";

interface EnvironmentParts {
  readonly name: string;
  /** In the order of the nodes. */
  readonly machines: readonly [MachineParts, ...MachineParts[]];
  /** Between the machines; undefined for one alone. */
  readonly network: EthernetSwitch | undefined;
  readonly username: string;
  readonly sshKey: SshKey;
  readonly facts: Readonly<Record<string, string>>;
  readonly afterwards: MachinesParts["afterwards"];
}

/** One machine or several of QEMU with their nodes. */
export function qemuEnvironment(parts: EnvironmentParts): MachinesEnvironment {
  const { afterwards, facts, machines, name, network, sshKey, username } = parts;
  const [first, ...others] = machines;
  const ways = {
    watch: (tell: (reason: unknown) => void) => {
      const stops = machines.map((each) => watchDeath(each.connected.machine, each.name, tell));
      return () => {
        for (const stop of stops) stop();
      };
    },
    keep: async () => {
      await Promise.all(
        machines.map(async ({ connected: { machine, shell } }) => {
          await machine.keep(sshKey.privateKey);
          await shell[Symbol.asyncDispose]();
        }),
      );
      if (network !== undefined) await keepSwitch(network.release());
      for (const { connected } of machines) connected.machine.release();
    },
    remove: async () => {
      network?.[Symbol.dispose]();
      await Promise.all(machines.map(({ connected }) => removeMachine(connected)));
    },
  };
  const loginCommands = machines.map(({ connected: { machine } }) =>
    loginCommand(loginOf(machine, username), machine.keyFile),
  );
  const nodes: MachinesParts["nodes"] = [
    nodeOf(first, 0, parts),
    ...others.map((each, index) => nodeOf(each, index + 1, parts)),
  ];
  return new MachinesEnvironment({ afterwards, facts, loginCommands, name, nodes, ways });
}

/** Ends a machine and the shell on it. */
export async function removeMachine({ machine, shell }: MachineParts["connected"]): Promise<void> {
  // The machine first: a shell that says good-bye to a dead or hung guest would only wait.
  await machine[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
}
