import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { DeployContext, EnvironmentRequirement } from "../platform.ts";
import { wantedDisks } from "../qemu/disks/wanted-disks.ts";
import { QemuDisks } from "../qemu/features/disk.ts";
import type { MachinePlan } from "../qemu/machine-plan.ts";
import { wantedNics } from "../qemu/nics/wanted-nics.ts";
import { type MachineParts, removeMachine } from "./libvirt-environment.ts";
import type { MachineMaker } from "./machine-maker.ts";
import { PrivateWires } from "./network/private-network.ts";
import { withNics } from "./nics/domain-nics.ts";

interface Made {
  readonly machines: readonly MachineParts[];
  /** Between the machines; undefined for one alone. */
  readonly network: PrivateWires | undefined;
}

/** All machines of an environment at the same time; when one cannot be made, none is left. Throws what making that one throws. */
export async function makeAll(
  maker: MachineMaker,
  plans: readonly MachinePlan[],
  order: DeployContext,
  requirement: EnvironmentRequirement,
): Promise<Made> {
  const network = plans.length === 1 ? undefined : new PrivateWires();
  const failed = new AbortController();
  const signal = AbortSignal.any([order.signal, failed.signal]);
  const makings = plans.map(async (plan, index): Promise<MachineParts> => {
    const { name, place, shape } = plan;
    const logFolder = plans.length === 1 ? order.logFolder : join(order.logFolder, name);
    await mkdir(logFolder, { recursive: true });
    const privateNic = place === undefined ? undefined : await network?.lay(place);
    const connected = await maker.make(
      plan,
      { ...order, signal, logFolder },
      { isCold: requirement.coldBoot, privateNic },
    );
    try {
      const isShared = network !== undefined && place !== undefined;
      const view = isShared ? network.viewOf(place) : undefined;
      const { networked, nics } = withNics(
        isShared ? network.keepIn(connected, place) : connected,
        shape.hardware ?? {},
        view,
      );
      await nics.attachUntil(wantedNics(requirement)[index] ?? 0, signal);
      await new QemuDisks(connected.domain.disks, connected.shell).addDataDisks(wantedDisks(requirement)[index] ?? [], {
        signal,
      });
      return { name, shape, connected: networked, network: view, nics };
    } catch (error) {
      await removeMachine(connected);
      throw error;
    }
  });
  try {
    return { machines: await Promise.all(makings), network };
  } catch (error) {
    failed.abort(error);
    const made = (await Promise.allSettled(makings)).filter((making) => making.status === "fulfilled");
    // What fails here must not hide why the machines are removed.
    await Promise.allSettled(made.map(({ value }) => removeMachine(value.connected)));
    await network?.[Symbol.asyncDispose]();
    throw error;
  }
}
