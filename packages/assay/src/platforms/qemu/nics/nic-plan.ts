import { UsageError } from "../../../errors/catalogue.ts";
import type { NicModel, NicNetwork, NicOptions } from "../../../features/network-interface.ts";
import type { NetworkPlace } from "../network/network-plan.ts";

/** Length of every network's prefix in bits. */
export const NIC_PREFIX_LENGTH = 24;

/** QEMU's names of the models. */
export const NIC_DRIVERS: { readonly [M in NicModel]: string } = {
  "virtio-net": "virtio-net-pci",
  e1000e: "e1000e",
  igb: "igb",
  vmxnet3: "vmxnet3",
};

/** An interface that is to be added. */
export interface NicPlan {
  readonly id: string;
  readonly index: number;
  readonly model: NicModel;
  readonly macAddress: string;
  readonly network: NicNetwork;
  readonly address: string;
  readonly mtu: number | undefined;
  /** Pairs of queues; 1 for the models that choose themselves. */
  readonly queues: number;
}

/** In bytes (RFC 894). */
export const USUAL_MTU = 1500;

/** More than any guest of this platform has processors. Each takes a descriptor of QEMU's. */
export const MOST_QUEUES = 16;

/**
 * What the interface number `index` (from 1) of a machine is like. Those of one number share a private network; a user
 * network is the machine's own. Throws UsageError for what cannot be had.
 */
export function planNic(index: number, options: NicOptions, place: NetworkPlace | undefined): NicPlan {
  const { model = "virtio-net", network = place === undefined ? "user" : "private", mtu, queues = 1 } = options;
  if (!Object.hasOwn(NIC_DRIVERS, model)) {
    const known = Object.keys(NIC_DRIVERS).join(", ");
    throw new UsageError(`There is no network interface '${model}'.`, { help: `There are ${known}.` });
  }
  if (network === "private" && place === undefined) {
    throw new UsageError("A machine alone has no private network.", {
      help: "Ask for 'user', or for several nodes with 'nodes: 2'.",
    });
  }
  if (mtu !== undefined) checkMtu(mtu, model, network);
  if (queues !== 1) checkQueues(queues, model);
  const number = place === undefined ? 1 : place.hosts.findIndex(({ name }) => name === place.name) + 1;
  return {
    id: `nic${index}`,
    index,
    model,
    network,
    mtu,
    queues,
    macAddress: checkedMac(options.macAddress) ?? `52:54:00:a5:${hex(0x60 + index)}:${hex(number)}`,
    // QEMU's own network gives its first guest the address 15; 10.0.2.0 is that of assay's interface.
    address: network === "user" ? `${userPrefix(index)}.15` : `10.99.${index}.${number}`,
  };
}

/** The first three numbers of a user network. */
export const userPrefix = (index: number): string => `10.0.${10 + index}`;

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");

function checkMtu(mtu: number, model: NicModel, network: NicNetwork): void {
  if (model !== "virtio-net" || network !== "private") {
    throw new UsageError(`The MTU of a ${model} on a ${network} network cannot be given from outside.`, {
      help: `Set it in the guest with 'ip link set mtu'; user networks carry ${USUAL_MTU}.`,
    });
  }
  if (Number.isInteger(mtu) && mtu >= 68 && mtu <= 65_535) return;
  throw new UsageError(`An interface cannot have an MTU of ${mtu}.`, { help: "Give a whole number from 68 to 65535." });
}

function checkQueues(queues: number, model: NicModel): void {
  if (model !== "virtio-net") {
    throw new UsageError(`How many queues a ${model} has cannot be given from outside.`, {
      help: "Its driver chooses; 'virtio-net' has as many as it is asked for.",
    });
  }
  if (Number.isInteger(queues) && queues >= 1 && queues <= MOST_QUEUES) return;
  throw new UsageError(`An interface cannot have ${queues} queues.`, {
    help: `Give a whole number from 1 to ${MOST_QUEUES}.`,
  });
}

function checkedMac(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const isOne = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(given);
  if (isOne && (Number.parseInt(given, 16) & 1) === 0 && given !== "00:00:00:00:00:00") return given;
  throw new UsageError(`'${given}' is no MAC address of one interface.`, {
    help: "Write it in lower case with colons; its first byte is even, as in '52:54:00:12:34:56'.",
  });
}
