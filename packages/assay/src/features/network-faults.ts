import type { Fault } from "./fault-injection.ts";
import type { LinkQuality, NodeNames } from "./private-network.ts";

/** How long a fault of the network lasts at most. */
export interface NetworkFaultTime {
  /** It ends by itself after so many ms, from 1 to 86 400 000. Default 600 000. */
  readonly forMs?: number;
}

/**
 * Faults of the network, which need nothing of the guest. `nic` is the `id` of an interface: `net0` is the way to the
 * outside. Each ends when its time is over, when it is reverted, or with the machine, whichever comes first. An interface
 * has one fault of each kind at a time; a second one, unknown names and numbers out of range throw UsageError.
 */
export interface NetworkFaults {
  /**
   * The cable is out, as the guest sees it. Of `net0` for at most 120 000 ms, which have to be given: assay cannot reach
   * the guest until then, and commands that were running go on afterwards.
   */
  unplugCable(nic: string, time?: NetworkFaultTime): Promise<Fault>;
  /**
   * Everything that goes over an interface suffers, in both directions. On `net0` the outside and the name server are
   * meant: assay's own connections, and ARP, pass as before.
   */
  impairNetwork(nic: string, quality: LinkQuality, time?: NetworkFaultTime): Promise<Fault>;
  /** All links between this node and `others` on their private networks suffer; a loss of 100 % is a partition. */
  impairLinks(others: NodeNames, quality: LinkQuality, time?: NetworkFaultTime): Promise<Fault>;
}
