import type { Duplex } from "node:stream";
import { PlatformError, UsageError } from "../../../errors/catalogue.ts";
import type { Nic, NicOptions } from "../../../features/network-interface.ts";
import type { HotPlugPorts } from "../machine/hot-plug-ports.ts";
import { PRIVATE_NIC } from "../machine/machine-spec.ts";
import { type QmpClient, QmpRefused } from "../machine/qmp-client.ts";
import type { EthernetSwitch } from "../network/ethernet-switch.ts";
import { type NetworkPlace, PREFIX_LENGTH } from "../network/network-plan.ts";
import { NIC_DRIVERS, NIC_PREFIX_LENGTH, type NicPlan, planNic, userPrefix } from "./nic-plan.ts";
import { meetQemu } from "./qemu-socket.ts";

export interface NicRackParts {
  readonly qmp: QmpClient;
  readonly ports: Pick<HotPlugPorts, "plug" | "unplug">;
  /** Where the machine is in its private network; undefined for a machine alone. */
  readonly network: { readonly place: NetworkPlace; readonly ethernetSwitch: EthernetSwitch } | undefined;
}

/** The interface that leads to assay; QEMU gives it its first address of a guest. */
export const OWN_NIC = "net0";
const OWN_ADDRESS = "10.0.2.15";

interface Slot {
  readonly nic: Omit<Nic, "link">;
  /** QEMU's name of the other end of the cable. */
  readonly netdev: string;
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
    const place = parts.network?.place;
    const own = { id: OWN_NIC, model: "virtio-net", macAddress: "", network: "user" } as const;
    this.#place({ ...own, address: OWN_ADDRESS, prefixLength: NIC_PREFIX_LENGTH }, OWN_NIC);
    if (place === undefined) return;
    const { address, macAddress } = place;
    const shared = { id: PRIVATE_NIC, model: "virtio-net", network: "private" } as const;
    this.#place({ ...shared, macAddress, address, prefixLength: PREFIX_LENGTH }, "net1");
  }

  /** Those of the beginning first. */
  async list(): Promise<readonly Nic[]> {
    const ownMac = await this.#ownMac();
    return [...this.#slots.values()].map(({ nic, isPluggedIn, isFaulty }) => ({
      ...nic,
      ...(nic.id === OWN_NIC ? { macAddress: ownMac } : {}),
      link: isPluggedIn && !isFaulty ? "up" : "down",
    }));
  }

  /** Throws UsageError when there is none. */
  async find(id: string): Promise<Nic> {
    this.#slotOf(id);
    const found = (await this.list()).find((nic) => nic.id === id);
    if (found === undefined) throw new Error(`The interface '${id}' was listed a moment ago.`);
    return found;
  }

  /** Those that were added, in their order. */
  get added(): readonly Omit<Nic, "link">[] {
    return [...this.#slots.values()].slice(this.#baseCount).map(({ nic }) => nic);
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
      const { id, model, macAddress, network, address } = plan;
      const netdev = `${id}-net`;
      const cable = await this.#layCable(netdev, plan, signal);
      try {
        await this.#parts.ports.plug(deviceOf(plan, netdev), withSignal(signal));
      } catch (error) {
        await this.#parts.qmp.execute("netdev_del", { id: netdev });
        cable?.destroy();
        throw error instanceof QmpRefused ? explained(error, plan) : error;
      }
      const nic = { id, model, macAddress, network, address, prefixLength: NIC_PREFIX_LENGTH };
      this.#place(nic, netdev);
      return nic;
    } catch (error) {
      this.#numbers.delete(index);
      throw error;
    }
  }

  /** Takes an added interface out. Throws UsageError for others, TimedOut when the guest keeps it. */
  async unplug(id: string, signal: AbortSignal | undefined): Promise<void> {
    const { netdev, isInUse } = this.#slotOf(id);
    if (isInUse) {
      throw new UsageError(`The interface '${id}' has a fault and cannot be taken out.`, { help: "Revert it before." });
    }
    if (!this.added.some((nic) => nic.id === id)) {
      throw new UsageError(`The interface '${id}' belongs to the machine and cannot be taken out.`, {
        help: "Only interfaces that were added can be removed.",
      });
    }
    await this.#parts.ports.unplug(id, withSignal(signal));
    this.#slots.delete(id);
    // QEMU closes its end of the cable, and ours notices.
    await this.#parts.qmp.execute("netdev_del", { id: netdev }, withSignal(signal));
    this.#numbers.delete(Number(id.slice("nic".length)));
  }

  /** Plugs the cable in or out for as long as no fault has it out. */
  async setLink(id: string, link: Nic["link"]): Promise<void> {
    const slot = this.#slotOf(id);
    slot.isPluggedIn = link === "up";
    await this.#applyLink(id, slot);
  }

  /** Keeps the cable out, or gives it back. An interface that is gone by now needs nothing. */
  async setFault(id: string, isFaulty: boolean): Promise<void> {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    slot.isFaulty = isFaulty;
    await this.#applyLink(id, slot);
  }

  /** Says whether a fault leads the frames of an interface elsewhere. */
  setInUse(id: string, isInUse: boolean): void {
    this.#slotOf(id).isInUse = isInUse;
  }

  get #baseCount(): number {
    return this.#parts.network === undefined ? 1 : 2;
  }

  /** Throws UsageError when there is none. */
  #slotOf(id: string): Slot {
    const slot = this.#slots.get(id);
    if (slot !== undefined) return slot;
    throw new UsageError(`The machine has no network interface '${id}'.`, {
      help: `It has '${[...this.#slots.keys()].join("', '")}'.`,
    });
  }

  #place(nic: Omit<Nic, "link">, netdev: string): void {
    this.#slots.set(nic.id, { nic, netdev, isPluggedIn: true, isFaulty: false, isInUse: false });
  }

  async #applyLink(id: string, { isPluggedIn, isFaulty }: Slot): Promise<void> {
    await this.#parts.qmp.execute("set_link", { name: id, up: isPluggedIn && !isFaulty });
  }

  /** Makes the network end of an interface; gives assay's end of it where it leads to the private switch. */
  async #layCable(
    netdev: string,
    { network, index }: NicPlan,
    signal: AbortSignal | undefined,
  ): Promise<Duplex | undefined> {
    const { qmp, network: shared } = this.#parts;
    if (network === "user" || shared === undefined) {
      await qmp.execute(
        "netdev_add",
        { type: "user", id: netdev, net: `${userPrefix(index)}.0/24` },
        withSignal(signal),
      );
      return undefined;
    }
    const cable = await meetQemu((path) => {
      const addr = { type: "unix", path };
      return qmp.execute("netdev_add", { type: "stream", id: netdev, server: false, addr }, withSignal(signal));
    }, signal);
    shared.ethernetSwitch.connect(shared.place.name, cable, { segment: index });
    return cable;
  }

  /** QEMU tells the address of the one interface that has no name of ours. */
  async #ownMac(): Promise<string> {
    const filters = (await this.#parts.qmp.execute("query-rx-filter")) as readonly RxFilter[];
    return filters.find(({ name }) => !this.#slots.has(name))?.["main-mac"] ?? "";
  }
}

interface RxFilter {
  readonly name: string;
  readonly "main-mac": string;
}

const withSignal = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

const deviceOf = ({ id, model, macAddress, mtu }: NicPlan, netdev: string) => ({
  driver: NIC_DRIVERS[model],
  id,
  netdev,
  mac: macAddress,
  romfile: "",
  ...(mtu === undefined ? {} : { host_mtu: mtu }),
});

function explained(error: QmpRefused, { model }: NicPlan): Error {
  if (!error.message.includes("not a valid device model")) return error;
  return new PlatformError(`This QEMU has no network interface of the model '${model}'.`, {
    help: "Use another model, or a newer QEMU: igb is there since QEMU 8.0.",
    cause: error,
  });
}
