import { type Feature, featureKey } from "./feature.ts";

/** Hardware that a guest sees. Which of them there are depends on the platform; the guest needs the driver. */
export type NicModel = "virtio-net" | "e1000e" | "igb" | "vmxnet3";

/** `user`: a network of its own behind the host's, with an address from DHCP. `private`: between the nodes of one environment. */
export type NicNetwork = "user" | "private";

/** What an interface shall be like. */
export interface NicOptions {
  /** Default `virtio-net`. */
  readonly model?: NicModel;
  /** Lower case with colons, for one machine. Default: one that no other interface of the environment has. */
  readonly macAddress?: string;
  /** The largest packet in bytes, from 68 to 65535, which the guest takes over; `virtio-net` on private networks alone. */
  readonly mtu?: number;
  /**
   * Pairs of queues, from 1 to 16; default 1. For `virtio-net` alone: other models have as many as their driver wants. Not
   * every host can give several: a case that needs them asks for `network: { maxQueueCount: atLeast(2) }`.
   */
  readonly queues?: number;
  /** Default: `private` where there are several nodes, else `user`. */
  readonly network?: NicNetwork;
}

/** An interface of the machine. */
export interface Nic {
  /** `net0` for the one that assay uses, `private0` for that of the private network, `nic1` and so on for added ones. */
  readonly id: string;
  readonly model: NicModel;
  /** In lower case with colons. */
  readonly macAddress: string;
  readonly network: NicNetwork;
  /** The guest's IPv4 address in it. */
  readonly address: string;
  /** Length of the network's prefix in bits. */
  readonly prefixLength: number;
  /** Pairs of queues that the guest can use (`ethtool -l`), of which Linux takes one for each processor; for `virtio-net` alone. */
  readonly queues?: number;
  /** Whether the cable is plugged in. */
  readonly link: "up" | "down";
}

/** What the guest has counted since the interface is there. */
export interface NicStatistics {
  readonly receivedBytes: number;
  readonly receivedPackets: number;
  readonly receiveErrors: number;
  readonly receiveDrops: number;
  readonly sentBytes: number;
  readonly sentPackets: number;
  readonly sendErrors: number;
  readonly sendDrops: number;
}

/**
 * The machine's network interfaces, which come and go while it runs. Added ones stay through reboots and have their
 * address again when assay is back. An `id` of no interface throws UsageError.
 */
export interface NetworkInterface extends Feature {
  readonly featureName: "NetworkInterface";
  /** How many interfaces the machine can have, those it begins with among them, when nothing else takes their places. */
  readonly mostNics: number;
  /** Those that assay and the environment need first, then the added ones in their order. */
  nics(): Promise<readonly Nic[]>;
  /**
   * Adds an interface and waits until the guest has it, with its address and up. In a machine that is off it waits for
   * the next boot. Throws UsageError for what cannot be had, PlatformError when there is no place or no driver.
   */
  attach(options?: NicOptions): Promise<Nic>;
  /** Takes an added interface out of the running machine. Throws UsageError for others, TimedOut when the guest keeps it. */
  detach(id: string): Promise<void>;
  /** Plugs the cable in or out, as the guest sees it; not that of `net0`, through which assay works. */
  setLink(id: string, link: Nic["link"]): Promise<void>;
  /** The guest's name of the interface, such as `eth1`. Throws PlatformError when the guest does not show it. */
  deviceName(id: string): Promise<string>;
  /** What the guest has counted. Throws as {@link deviceName} does. */
  statistics(id: string): Promise<NicStatistics>;
}
export const NetworkInterface = featureKey<NetworkInterface>("NetworkInterface");
