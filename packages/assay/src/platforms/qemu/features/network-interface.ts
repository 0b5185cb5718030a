import { PlatformError, UsageError } from "../../../errors/catalogue.ts";
import type { NetworkInterface, Nic, NicOptions, NicStatistics } from "../../../features/network-interface.ts";
import type { Shell } from "../../../node/shell/types.ts";
import { OWN_NIC } from "../nics/first-nics.ts";
import { GuestNics } from "../nics/guest-nics.ts";
import { NicRack, type NicRackParts } from "../nics/nic-rack.ts";
import { firstNics, mostNics } from "../nics/wanted-nics.ts";

/** The network interfaces of one machine, plugged in from outside and given their addresses inside. */
export class MachineNics implements NetworkInterface {
  readonly featureName = "NetworkInterface";
  readonly mostNics: number;
  /** The host's view, for faults. */
  readonly rack: NicRack;
  readonly #guest: GuestNics;
  readonly #qmp: NicRackParts["qmp"];

  constructor(parts: NicRackParts, shell: Pick<Shell, "run">) {
    this.mostNics = mostNics(firstNics(parts.network?.place.hosts.length ?? 1));
    this.rack = new NicRack(parts);
    this.#guest = new GuestNics(shell);
    this.#qmp = parts.qmp;
  }

  async nics(): Promise<readonly Nic[]> {
    return this.rack.list();
  }

  async attach(options: NicOptions = {}): Promise<Nic> {
    return await this.#attach(options, undefined);
  }

  async detach(id: string): Promise<void> {
    if (!(await this.#isRunning())) {
      throw new UsageError(`The interface '${id}' cannot be taken out of a machine that is off.`, {
        help: "Start the machine first: its guest has to let go of it.",
      });
    }
    await this.rack.unplug(id, undefined);
  }

  async setLink(id: string, link: Nic["link"]): Promise<void> {
    if (id === OWN_NIC && link === "down") {
      throw new UsageError(`The cable of '${OWN_NIC}' stays in: assay reaches the guest through it.`, {
        help: "Use 'unplugCable' of FaultInjection, which puts it back by itself.",
      });
    }
    await this.rack.setLink(id, link);
  }

  async deviceName(id: string): Promise<string> {
    return await this.#guest.deviceName(this.rack.macOf(id));
  }

  async statistics(id: string): Promise<NicStatistics> {
    return await this.#guest.statistics(this.rack.macOf(id));
  }

  /** Adds interfaces until there are `count`, which is what a case or a runbook asks for before it begins. */
  async attachUntil(count: number, signal: AbortSignal): Promise<void> {
    // One after the other, so that numbers and the guest's names come in one order on each machine.
    for (let there = this.rack.list().length; there < count; there++) await this.#attach({}, signal);
  }

  /** Gives the added interfaces their addresses again after a boot; addresses are in the guest's memory only. */
  async rejoin(signal: AbortSignal | undefined): Promise<void> {
    for (const nic of this.rack.added) await this.#guest.join(nic, signal);
  }

  async #attach(options: NicOptions, signal: AbortSignal | undefined): Promise<Nic> {
    const { id, ...plugged } = await this.rack.plug(options, signal);
    if (await this.#isRunning()) {
      try {
        await this.#guest.join({ id, ...plugged }, signal);
      } catch (error) {
        // A guest that has no driver lets go as well; one that does not leaves it where it is.
        await this.rack.unplug(id, undefined).catch(() => undefined);
        throw error;
      }
    }
    return { id, ...plugged, link: "up" };
  }

  async #isRunning(): Promise<boolean> {
    const { running } = (await this.#qmp.execute("query-status")) as { readonly running?: unknown };
    if (typeof running !== "boolean") throw new PlatformError("QEMU does not tell whether the guest runs.");
    return running;
  }
}
