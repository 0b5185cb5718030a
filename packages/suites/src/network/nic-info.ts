import { type Node, sh } from "assay";
import { NetworkInterface } from "assay/features";
import type { CaseContext } from "assay/suite";
import { Ip } from "assay/tools";

/** Drivers of interfaces that are made for virtual machines. */
const SYNTHETIC_DRIVERS = ["virtio_net", "hv_netvsc"];

/** Skips a case for which the guest has no interface made for virtual machines. */
export async function skipWithoutSynthetic({ node, skip }: CaseContext): Promise<void> {
  const drivers = await node.text(
    sh`for link in /sys/class/net/*/device/driver; do if [ -e "$link" ]; then basename "$(readlink "$link")"; fi; done`,
  );
  if (drivers.split("\n").some((driver) => SYNTHETIC_DRIVERS.includes(driver))) return;
  skip(`The guest has no interface of ${SYNTHETIC_DRIVERS.join(" or ")}; its drivers: '${drivers}'.`);
}

/** Fails when the guest and the platform do not agree on the interfaces of a node: their number and their addresses. */
export async function checkNics({ fail, expect }: CaseContext, node: Node, count: number): Promise<void> {
  const nics = await node.feature(NetworkInterface).nics();
  expect(nics.length === count, `The platform has ${nics.length} interfaces for '${node.name}' instead of ${count}.`);
  const seen = await node.tool(Ip).interfaces();
  for (const { id, macAddress, address } of nics) {
    const own = seen.find(({ mac }) => mac === macAddress);
    if (own === undefined) fail(`'${node.name}' does not have the interface '${id}' (${macAddress}).`);
    else {
      const found = own.addresses.filter(({ family }) => family === "inet").map((each) => each.address);
      const has = found.length === 0 ? "none" : `'${found.join("', '")}'`;
      expect(
        found.includes(address),
        `'${own.name}' of '${node.name}' should have the address ${address} of '${id}' and has ${has}.`,
      );
      expect(
        own.flags.includes("LOWER_UP"),
        `'${own.name}' of '${node.name}' has no carrier, but '${id}' is plugged in.`,
      );
    }
  }
}
