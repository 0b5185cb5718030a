/** Where one machine is in the private network of its environment. */
export interface NetworkPlace {
  /** Host name, and the name of its port on the switch. */
  readonly name: string;
  readonly address: string;
  readonly macAddress: string;
  /** All machines of the environment, itself among them. */
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
}

/** Networks of different environments never meet, so all of them use the same addresses. QEMU's own is 10.0.2.0/24. */
const PREFIX = "10.99.0";
export const PREFIX_LENGTH = 24;
/** Of QEMU's range for virtual machines, with bytes of our own. The template's is number 0. */
const MAC_PREFIX = "52:54:00:a5:5a";

/** The address that a template's guest sees, until a fork gets its own. */
export const TEMPLATE_MAC = `${MAC_PREFIX}:00`;

/** Gives each of the machines its addresses, in their order. */
export function planNetwork(names: readonly string[]): readonly NetworkPlace[] {
  const hosts = names.map((name, index) => ({ name, address: `${PREFIX}.${index + 1}` }));
  return hosts.map(({ name, address }, index) => ({
    name,
    address,
    macAddress: `${MAC_PREFIX}:${(index + 1).toString(16).padStart(2, "0")}`,
    hosts,
  }));
}
