import { UsageError } from "../../errors/catalogue.ts";
import { textOf } from "../account.ts";

/** How an OpenVMM guest is on the network of its node, and where its SSH server is reached. */
export interface NetworkPlan {
  readonly device: "synthetic" | "virtio";
  readonly queues: number | undefined;
  readonly backend: UserNetwork | TapNetwork;
}

/** OpenVMM's own network, which needs no rights; the port of the node's loopback that leads to the guest. */
export interface UserNetwork {
  readonly mode: "user";
  readonly cidr: string | undefined;
  /** Port of the node that leads to the guest; undefined lets the node choose a free one. */
  readonly forwardedPort: number | undefined;
  /** An address at which something else leads to the guest. */
  readonly address: string | undefined;
  readonly sshPort: number;
}

/** An interface of the node, with an address of its own and a DHCP server for the guest. */
export interface TapNetwork {
  readonly mode: "tap";
  readonly tap: string;
  readonly bridge: string | undefined;
  /** Of the node, such as `10.0.0.1/24`. */
  readonly hostCidr: string;
  /** Of the guest; undefined takes what the DHCP server gave it. */
  readonly guestAddress: string | undefined;
  /** Port of the node that leads to the guest from everywhere; undefined leaves it to connections from the node. */
  readonly forwardedPort: number | undefined;
  /** The node as it is reached from here, for that port. */
  readonly address: string | undefined;
  readonly sshPort: number;
}

const LONGEST_INTERFACE = 15;
const SSH_PORT = 22;

/**
 * The network of the guest at `place` of its node: names get its number, subnets are counted up and so are ports, so
 * that guests of one entry do not meet. Throws UsageError for an address that is none.
 */
export function networkPlan(network: Readonly<Record<string, unknown>>, place: number): NetworkPlan {
  const numberOf = (value: unknown): number | undefined => (typeof value === "number" && value > 0 ? value : undefined);
  const forwarded = numberOf(network.forwarded_port);
  const common = {
    forwardedPort: forwarded === undefined ? undefined : forwarded + place,
    address: textOf(network.connection_address),
    sshPort: numberOf(network.ssh_port) ?? SSH_PORT,
  };
  return {
    device: network.device === "virtio" ? "virtio" : "synthetic",
    queues: numberOf(network.queue_count),
    backend:
      network.mode === "tap"
        ? { mode: "tap", ...tapOf(network, place), ...common }
        : { mode: "user", cidr: shiftedOptional(textOf(network.consomme_cidr), place), ...common },
  };
}

function tapOf(network: Readonly<Record<string, unknown>>, place: number) {
  const isStatic = network.address_mode === "static";
  const address = textOf(network.guest_address);
  const bridge = textOf(network.bridge_name);
  return {
    tap: numbered(textOf(network.tap_name) ?? "tap", place),
    bridge: bridge === undefined ? undefined : numbered(bridge, place),
    hostCidr: shifted(textOf(network.tap_host_cidr) ?? "10.0.0.1/24", place),
    guestAddress: isStatic && address !== undefined ? shifted(address, place) : undefined,
  };
}

function numbered(name: string, place: number): string {
  if (place === 0) return name;
  return `${name.slice(0, LONGEST_INTERFACE - `${place}`.length)}${place}`;
}

const shiftedOptional = (address: string | undefined, place: number): string | undefined =>
  address === undefined ? undefined : shifted(address, place);

/** The address so many networks of 256 further. */
function shifted(address: string, place: number): string {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(\/\d+)?$/.exec(address);
  const [, first, second, third, fourth, length = ""] = parts ?? [];
  const octets = [first, second, third, fourth].map(Number);
  if (parts === null || octets.some((octet) => octet > 255) || Number(third) + place > 255) {
    throw new UsageError(`'${address}' is no IPv4 address of a guest, or leaves no room for ${place + 1} guests.`, {
      help: "Write it like 10.0.0.1, or 10.0.0.1/24 with the length of its network.",
    });
  }
  return `${first}.${second}.${Number(third) + place}.${fourth}${length}`;
}
