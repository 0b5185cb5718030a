import { expect, test } from "vitest";
import { isOwnFrame, isSshFrame } from "./own-way.ts";

interface Packet {
  readonly from: string;
  readonly to: string;
  readonly protocol?: number;
  readonly ports?: readonly [number, number];
  readonly optionBytes?: number;
}

function frame({ from, to, protocol = 6, ports = [40_000, 443], optionBytes = 0 }: Packet): Buffer {
  const bytes = Buffer.alloc(4 + 14 + 20 + optionBytes + 20);
  bytes.writeUInt16BE(0x0800, 16);
  bytes[18] = 0x40 | ((20 + optionBytes) / 4);
  bytes[27] = protocol;
  Buffer.from(from.split(".").map(Number)).copy(bytes, 30);
  Buffer.from(to.split(".").map(Number)).copy(bytes, 34);
  bytes.writeUInt16BE(ports[0], 38 + optionBytes);
  bytes.writeUInt16BE(ports[1], 40 + optionBytes);
  return bytes;
}

const arp = Buffer.alloc(4 + 42);
arp.writeUInt16BE(0x0806, 16);

test.for<readonly [string, Buffer, boolean]>([
  ["ARP", arp, true],
  ["an agent's", frame({ from: "10.0.2.15", to: "10.0.2.100", ports: [40_000, 7001] }), true],
  ["an agent's answer", frame({ from: "10.0.2.100", to: "10.0.2.15", ports: [7001, 40_000] }), true],
  ["of a login", frame({ from: "10.0.2.2", to: "10.0.2.15", ports: [40_000, 22] }), true],
  ["of a login with options", frame({ from: "10.0.2.2", to: "10.0.2.15", ports: [40_000, 22], optionBytes: 8 }), true],
  ["the guest's answer to a login", frame({ from: "10.0.2.15", to: "10.0.2.2", ports: [22, 40_000] }), true],
  ["the guest's own login elsewhere", frame({ from: "10.0.2.15", to: "10.0.2.2", ports: [40_000, 22] }), false],
  ["of the outside", frame({ from: "10.0.2.15", to: "192.0.2.1" }), false],
  ["of the name server", frame({ from: "10.0.2.3", to: "10.0.2.15", protocol: 17, ports: [53, 22] }), false],
  ["ping of the host", frame({ from: "10.0.2.15", to: "10.0.2.2", protocol: 1, ports: [22, 22] }), false],
  ["cut off", frame({ from: "10.0.2.2", to: "10.0.2.15", ports: [40_000, 22] }).subarray(0, 40), false],
  ["hardly one", Buffer.alloc(9), false],
])("%s", ([, bytes, isOwn]) => {
  expect(isOwnFrame(bytes)).toBe(isOwn);
});

test.for<readonly [string, Buffer, boolean]>([
  ["ARP", arp, true],
  ["of a login", frame({ from: "192.168.122.1", to: "192.168.122.15", ports: [40_000, 22] }), true],
  ["the guest's answer", frame({ from: "192.168.122.15", to: "192.168.122.1", ports: [22, 40_000] }), true],
  ["of the outside", frame({ from: "192.168.122.15", to: "192.0.2.1" }), false],
  ["ping of the host", frame({ from: "192.168.122.15", to: "192.168.122.1", protocol: 1, ports: [22, 22] }), false],
  ["hardly one", Buffer.alloc(9), false],
])("on a network with others: %s", ([, bytes, isOwn]) => {
  expect(isSshFrame(bytes)).toBe(isOwn);
});
