import type { Shell } from "../../node/shell/types.ts";
import type { EnvironmentRequirement } from "../platform.ts";
import { wantedDisks } from "./disks/wanted-disks.ts";
import { QemuDisks } from "./features/disk.ts";
import type { Machine } from "./machine/machine.ts";
import { wantedNics } from "./nics/wanted-nics.ts";
import { removeMachine } from "./qemu-environment.ts";
import type { MachineParts } from "./qemu-node.ts";
import { plugFolder, waitForFolder } from "./virtiofs/plug-folder.ts";

/**
 * Plugs into running machines what their cases need and a template does not have. Throws as plugging does; none of the
 * machines is left then.
 */
export async function outfitMachines(
  machines: readonly MachineParts[],
  requirement: EnvironmentRequirement,
  signal: AbortSignal,
): Promise<void> {
  const nicCounts = wantedNics(requirement);
  const disks = wantedDisks(requirement);
  try {
    await Promise.all(
      machines.map(async ({ nics, connected: { machine, shell } }, index) => {
        await giveFolder(machine, shell, signal);
        await nics.attachUntil(nicCounts[index] ?? 0, signal);
        await new QemuDisks(machine.disks, shell).addDataDisks(disks[index] ?? [], { signal });
      }),
    );
  } catch (error) {
    // What fails here must not hide why the machines are removed.
    await Promise.allSettled(machines.map(({ connected }) => removeMachine(connected)));
    throw error;
  }
}

async function giveFolder(
  { ports, served }: Pick<Machine, "ports" | "served">,
  shell: Shell,
  signal: AbortSignal,
): Promise<void> {
  if (served === undefined) return;
  await plugFolder(ports, served, { signal });
  await waitForFolder(shell, { signal });
}
