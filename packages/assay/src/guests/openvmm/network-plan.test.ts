import { expect, test } from "vitest";
import { networkPlan } from "./network-plan.ts";

test.each([
  [{}, 3, { device: "synthetic", queues: undefined, backend: { mode: "user", forwardedPort: undefined, sshPort: 22 } }],
  [
    { consomme_cidr: "10.9.0.0/24", forwarded_port: 2200, ssh_port: 2022 },
    1,
    { backend: { mode: "user", cidr: "10.9.1.0/24", forwardedPort: 2201, sshPort: 2022 } },
  ],
  [
    { mode: "tap", tap_name: "tap0", device: "virtio", queue_count: 4 },
    0,
    { device: "virtio", queues: 4, backend: { mode: "tap", tap: "tap0", bridge: undefined, hostCidr: "10.0.0.1/24" } },
  ],
  [
    { mode: "tap", tap_name: "a-name-of-15---", bridge_name: "br", address_mode: "static", guest_address: "10.0.0.7" },
    12,
    { backend: { tap: "a-name-of-15-12", bridge: "br12", hostCidr: "10.0.12.1/24", guestAddress: "10.0.12.7" } },
  ],
  [
    { mode: "tap", tap_name: "tap0", address_mode: "discover", guest_address: "10.0.0.7", forwarded_port: 40000 },
    0,
    { backend: { guestAddress: undefined, forwardedPort: 40000 } },
  ],
])("network %j of guest %i", (network, place, expected) => {
  expect(networkPlan(network, place)).toMatchObject(expected);
});

test.each(["10.0.0", "10.0.0.256", "fd00::1", "10.0.255.1/24"])("the address %s is refused", (address) => {
  expect(() => networkPlan({ mode: "tap", tap_name: "t", tap_host_cidr: address }, 1)).toThrow(
    `'${address}' is no IPv4 address of a guest, or leaves no room for 2 guests.`,
  );
});
