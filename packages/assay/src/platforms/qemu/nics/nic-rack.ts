import type { Duplex } from "node:stream";
import { PlatformError, UsageError } from "../../../errors/catalogue.ts";
import type { Nic, NicModel, NicOptions } from "../../../features/network-interface.ts";
import type { HotPlugPorts } from "../machine/hot-plug-ports.ts";
import { type QmpClient, QmpRefused } from "../machine/qmp-client.ts";
import type { EthernetSwitch } from "../network/ethernet-switch.ts";
import type { NetworkPlace } from "../network/network-plan.ts";
import { type FirstNic, firstNics } from "./first-nics.ts";
import { NIC_DRIVERS, NIC_PREFIX_LENGTH, type NicPlan, planNic, userPrefix } from "./nic-plan.ts";
import { type Meeting, meetQemu } from "./qemu-socket.ts";
import { addQueues, queuesOf, removeQueues } from "./several-queues.ts";

export interface NicRackParts {
  readonly qmp: QmpClient;
  readonly ports: Pick<HotPlugPorts, "plug" | "unplug">;
  /** Where the machine is in its private network; undefined for a machine alone. */
  readonly network: { readonly place: NetworkPlace; readonly ethernetSwitch: EthernetSwitch } | undefined;
  /** Of the interfaces that the machine begins with. */
  readonly firstModel: NicModel;
  /** Those interfaces, where they are not the ones that {@link firstNics} gives. */
  readonly first?: readonly FirstNic[];
  /** Where QEMU finds this process. */
  readonly meeting?: Meeting;
  /** How QEMU is given descriptors, where assay does not speak with it itself; see {@link Borrower}. */
  readonly sender?: readonly string[];
  /** Whether there is no QEMU to plug anything into, which {@link NicRack.plugAgain} then does. */
  readonly isGone?: () => Promise<boolean>;
}

interface Slot extends FirstNic {
  /** Undefined for those that the machine begins with. */
  readonly plan: NicPlan | undefined;
  /** What was asked for, and whether a fault keeps the cable out nevertheless. */
  isPluggedIn: boolean;
  isFaulty: boolean;
  /** Whether a fault leads its frames elsewhere, which has to end before it goes. */
  isInUse: boolean;
}

/** The network interfaces of a machine, seen from the host. */
export class NicRack {
  readonly #parts: NicRackParts;
  readonly #slots = new Map<string, Slot>();
  /** Numbers of added interfaces, also of those that are on their way. */
  readonly #numbers = new Set<number>();

  constructor(parts: NicRackParts) {
    this.#parts = parts;
    for (const each of parts.first ?? firstNics(parts.firstModel, parts.network?.place)) this.#place(each);
  }

  /** Those of the beginning first, then by their numbers. */
  list(): readonly Nic[] {
    return this.#ordered.map(({ nic, isPluggedIn, isFaulty }) => ({
      ...nic,
      link: isPluggedIn && !isFaulty ? "up" : "down",
    }));
  }

  /** The address by which the guest knows an interface. Throws UsageError when there is none. */
  macOf(id: string): string {
    return this.#slotOf(id).nic.macAddress;
  }

  /** Those that were added, by their numbers. */
  get added(): readonly Omit<Nic, "link">[] {
    return this.#ordered.filter(({ plan }) => plan !== undefined).map(({ nic }) => nic);
  }

  /** QEMU's name of the network end of an interface. Throws UsageError when there is none. */
  netdevOf(id: string): string {
    return this.#slotOf(id).netdev;
  }

  /** Plugs an interface in. Throws UsageError for what cannot be had, PlatformError when there is no place. */
  async plug(options: NicOptions, signal: AbortSignal | undefined): Promise<Omit<Nic, "link">> {
    let index = 1;
    while (this.#numbers.has(index)) index++;
    const plan = planNic(index, options, this.#parts.network?.place);
    const twin = [...this.#slots.values()].find(({ nic }) => nic.macAddress === plan.macAddress);
    if (twin !== undefined) {
      throw new UsageError(`The interface '${twin.nic.id}' has the address ${plan.macAddress} already.`);
    }
    this.#numbers.add(index);
    try {
      const { id, model, macAddress, network, address, queues } = plan;
      if ((await this.#parts.isGone?.()) !== true) await this.#plugIn(plan, signal);
      const nic = {
        ...{ id, model, macAddress, network, address, prefixLength: NIC_PREFIX_LENGTH },
        ...(model === "virtio-net" && { queues }),
      };
      this.#place({ nic, device: id, netdev: netdevFor(plan) }, plan);
      return nic;
    } catch (error) {
      this.#numbers.delete(index);
      throw error;
    }
  }

  /** Takes an added interface out. Throws UsageError for others, TimedOut when the guest keeps it. */
  async unplug(id: string, signal: AbortSignal | undefined): Promise<void> {
    const { netdev, plan, isInUse } = this.#slotOf(id);
    if (isInUse) {
      throw new UsageError(`The interface '${id}' has a fault and cannot be taken out.`, { help: "Revert it before." });
    }
    if (plan === undefined) {
      throw new UsageError(`The interface '${id}' belongs to the machine and cannot be taken out.`, {
        help: "Only interfaces that were added can be removed.",
      });
    }
    await this.#parts.ports.unplug(id, withSignal(signal));
    this.#slots.delete(id);
    if (plan.queues > 1) await removeQueues(this.#parts.qmp, id);
    // QEMU closes its end of the cable, and ours notices.
    await this.#parts.qmp.execute("netdev_del", { id: netdev }, withSignal(signal));
    this.#numbers.delete(plan.index);
  }

  /** Plugs what was added into a QEMU that was started anew, and takes out the cables that were out. */
  async plugAgain(signal: AbortSignal | undefined): Promise<void> {
    for (const slot of this.#ordered) {
      if (slot.plan !== undefined) await this.#plugIn(slot.plan, signal);
      // What led its frames elsewhere ended with the QEMU of before.
      slot.isInUse = false;
      if (!slot.isPluggedIn || slot.isFaulty) await this.#applyLink(slot);
    }
  }

  /** Plugs the cable in or out for as long as no fault has it out. */
  async setLink(id: string, link: Nic["link"]): Promise<void> {
    const slot = this.#slotOf(id);
    slot.isPluggedIn = link === "up";
    await this.#applyLink(slot);
  }

  /** Keeps the cable out, or gives it back. An interface that is gone by now needs nothing. */
  async setFault(id: string, isFaulty: boolean): Promise<void> {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    slot.isFaulty = isFaulty;
    await this.#applyLink(slot);
  }

  /** Says whether a fault leads the frames of an interface elsewhere. */
  setInUse(id: string, isInUse: boolean): void {
    this.#slotOf(id).isInUse = isInUse;
  }

  get #ordered(): readonly Slot[] {
    return [...this.#slots.values()].toSorted((one, other) => (one.plan?.index ?? 0) - (other.plan?.index ?? 0));
  }

  /** Throws UsageError when there is none. */
  #slotOf(id: string): Slot {
    const slot = this.#slots.get(id);
    if (slot !== undefined) return slot;
    throw new UsageError(`The machine has no network interface '${id}'.`, {
      help: `It has '${[...this.#slots.keys()].join("', '")}'.`,
    });
  }

  #place(nic: FirstNic, plan?: NicPlan): void {
    this.#slots.set(nic.nic.id, { ...nic, plan, isPluggedIn: true, isFaulty: false, isInUse: false });
  }

  async #applyLink({ device, isPluggedIn, isFaulty }: Slot): Promise<void> {
    if ((await this.#parts.isGone?.()) === true) return;
    await this.#parts.qmp.execute("set_link", { name: device, up: isPluggedIn && !isFaulty });
  }

  async #plugIn(plan: NicPlan, signal: AbortSignal | undefined): Promise<void> {
    const cable = await this.#layCable(plan, signal);
    const netdev = netdevFor(plan);
    try {
      if (plan.queues > 1) await addQueues(this.#parts, { ...plan, netdev }, signal);
      await this.#parts.ports.plug(deviceOf(plan), withSignal(signal));
    } catch (error) {
      if (plan.queues > 1) await removeQueues(this.#parts.qmp, plan.id);
      await this.#parts.qmp.execute("netdev_del", { id: netdev }).catch(() => undefined);
      cable?.destroy();
      throw error instanceof QmpRefused ? explained(error, plan) : error;
    }
  }

  /** Makes the network end of an interface; gives assay's end of it where it leads to the private switch. */
  async #layCable(plan: NicPlan, signal: AbortSignal | undefined): Promise<Duplex | undefined> {
    const { network, index } = plan;
    const netdev = netdevFor(plan);
    const { qmp, meeting, network: shared } = this.#parts;
    if (network === "user" || shared === undefined) {
      await qmp.execute(
        "netdev_add",
        { type: "user", id: netdev, net: `${userPrefix(index)}.0/24` },
        withSignal(signal),
      );
      return undefined;
    }
    const cable = await meetQemu(
      (addr) => qmp.execute("netdev_add", { type: "stream", id: netdev, server: false, addr }, withSignal(signal)),
      signal,
      meeting,
    ).catch((error: unknown) => {
      throw error instanceof QmpRefused ? withoutStreams(error) : error;
    });
    shared.ethernetSwitch.connect(shared.place.name, cable, { segment: index });
    return cable;
  }
}

const withSignal = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

/** QEMU's name of the network end of an interface that was added. */
const netdevFor = ({ id }: NicPlan): string => `${id}-net`;

const deviceOf = (plan: NicPlan) => ({
  driver: NIC_DRIVERS[plan.model],
  id: plan.id,
  netdev: plan.queues > 1 ? queuesOf(plan.id) : netdevFor(plan),
  mac: plan.macAddress,
  romfile: "",
  ...(plan.mtu === undefined ? {} : { host_mtu: plan.mtu }),
  // An interrupt for each queue of both directions, one for changes and one for the control queue.
  ...(plan.queues > 1 && { mq: true, vectors: 2 * plan.queues + 2 }),
});

function explained(error: QmpRefused, { model }: NicPlan): Error {
  if (!error.message.includes("not a valid device model")) return error;
  return new PlatformError(`This QEMU has no network interface of the model '${model}'.`, {
    help: "Use another model, or a newer QEMU: igb is there since QEMU 8.0.",
    cause: error,
  });
}

function withoutStreams(error: QmpRefused): Error {
  if (!error.message.includes("'stream'")) return error;
  return new PlatformError("This QEMU cannot add interfaces to a private network.", {
    help: "Use QEMU 7.2 or newer, or add interfaces with 'network: \"user\"'.",
    cause: error,
  });
}
