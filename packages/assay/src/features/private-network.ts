import { type Feature, featureKey } from "./feature.ts";

/** How a way for frames is made worse. It is the same in both directions; what is not given is as it was. */
export interface LinkQuality {
  /** Added to each frame's way, in ms; a round trip takes twice as long. Default 0. */
  readonly latencyMs?: number;
  /** The latency varies by so many ms up and down, evenly. Frames keep their order. Default 0. */
  readonly jitterMs?: number;
  /** Frames of a hundred that are lost. Default 0. */
  readonly lossPercent?: number;
  /** Frames of a hundred that come twice. Default 0. */
  readonly duplicatePercent?: number;
  /** Frames of a hundred that have one wrong bit behind their Ethernet header. Default 0. */
  readonly corruptPercent?: number;
  /** Frames of a hundred that overtake the others, because the latency does not hold for them. Default 0. */
  readonly reorderPercent?: number;
  /** What passes in a second, in bits; what would have to wait for more than a second is lost. Default: all. */
  readonly bitsPerSecond?: number;
}

/** One node's name, or several. */
export type NodeNames = string | readonly string[];

/**
 * The network that only the nodes of one environment share. The nodes have each other's names in their `/etc/hosts`.
 * Links are those of all nodes, whichever node's feature is asked; a name of no node throws UsageError.
 */
export interface PrivateNetwork extends Feature {
  readonly featureName: "PrivateNetwork";
  /** This node's IPv4 address in it. */
  readonly address: string;
  /** Length of the network's prefix in bits. */
  readonly prefixLength: number;
  /** This node's MAC address in it, in lower case with colons. */
  readonly macAddress: string;
  /** From now on every frame between a node of `one` and a node of `other` is lost, in both directions. */
  partition(one: NodeNames, other: NodeNames): Promise<void>;
  /** Makes the links between the nodes of `one` and those of `other` worse, in place of what was said of them before. */
  impair(one: NodeNames, other: NodeNames, quality: LinkQuality): Promise<void>;
  /** Makes all links whole again. */
  heal(): Promise<void>;
}
export const PrivateNetwork = featureKey<PrivateNetwork>("PrivateNetwork");
