import type { Nic, NicModel } from "../../../features/network-interface.ts";
import { PRIVATE_NIC } from "../machine/machine-spec.ts";
import { type NetworkPlace, PREFIX_LENGTH } from "../network/network-plan.ts";
import { NIC_PREFIX_LENGTH } from "./nic-plan.ts";

/** The interface that leads to assay. Its addresses are the first that QEMU gives of each kind. */
export const OWN_NIC = "net0";
export const OWN_ADDRESS = "10.0.2.15";
export const OWN_MAC = "52:54:00:12:34:56";

/** An interface that a machine begins with, and what QEMU calls both ends of its cable. */
export interface FirstNic {
  readonly nic: Omit<Nic, "link">;
  readonly device: string;
  readonly netdev: string;
}

/** The interfaces that machines of the platform qemu begin with. */
export function firstNics(model: NicModel, place: NetworkPlace | undefined): readonly FirstNic[] {
  const queues = model === "virtio-net" ? { queues: 1 } : {};
  const own = { id: OWN_NIC, model, ...queues, macAddress: OWN_MAC, network: "user" } as const;
  const first = { ...own, address: OWN_ADDRESS, prefixLength: NIC_PREFIX_LENGTH };
  const alone = { nic: first, device: OWN_NIC, netdev: OWN_NIC };
  if (place === undefined) return [alone];
  const { address, macAddress } = place;
  const shared = { id: PRIVATE_NIC, model, ...queues, network: "private" } as const;
  const second = { ...shared, macAddress, address, prefixLength: PREFIX_LENGTH };
  return [alone, { nic: second, device: PRIVATE_NIC, netdev: "net1" }];
}
