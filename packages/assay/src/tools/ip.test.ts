import { expect, test } from "vitest";
import { fixture } from "./fixtures/fixture.ts";
import { findDefaultRoute, parseInterfaces, parseRoutes } from "./ip.ts";

test("interfaces with their addresses", () => {
  const [loopback, ethernet, ...others] = parseInterfaces(fixture("ip/addr.txt"));
  expect(others).toEqual([]);
  expect(loopback).toMatchObject({ name: "lo", state: "UNKNOWN", linkType: "loopback", mtu: 65_536 });
  expect(ethernet).toMatchObject({
    index: 2,
    name: "enp0s2",
    state: "UP",
    linkType: "ether",
    mac: "52:54:00:12:34:56",
  });
  expect(ethernet?.flags).toContain("LOWER_UP");
  expect(ethernet?.addresses[0]).toEqual({ family: "inet", address: "10.0.2.15", prefixLength: 24, scope: "global" });
  expect(ethernet?.addresses.some(({ family, scope }) => family === "inet6" && scope === "link")).toBe(true);
});

test("links, one of them in a bridge", () => {
  const links = parseInterfaces(fixture("ip/link-in-bridge.txt"));
  expect(links.map(({ name, master }) => [name, master])).toEqual([
    ["lo", undefined],
    ["enp0s2", undefined],
    ["br0", undefined],
    ["d0", "br0"],
  ]);
});

test("routes of both families", () => {
  const routes = parseRoutes(fixture("ip/route.txt"));
  expect(routes[1]).toEqual({
    destination: "10.0.2.0/24",
    gateway: undefined,
    device: "enp0s2",
    protocol: "kernel",
    source: "10.0.2.15",
    metric: 1024,
  });
  expect(findDefaultRoute(routes)).toMatchObject({ gateway: "10.0.2.2", device: "enp0s2", protocol: "dhcp" });
  expect(findDefaultRoute(parseRoutes(fixture("ip/route6.txt")))?.gateway).toBe("fe80::2");
});

test("of several default routes the one with the lowest metric is used", () => {
  const routes = parseRoutes('[{"dst":"default","dev":"b","metric":200},{"dst":"default","dev":"a"}]');
  expect(findDefaultRoute(routes)?.device).toBe("a");
  expect(findDefaultRoute([])).toBeUndefined();
});

test("empty answers and empty objects", () => {
  expect(parseRoutes("")).toEqual([]);
  expect(parseInterfaces("[{},{}]")).toEqual([]);
  expect(() => parseInterfaces('{"ifname":"lo"}')).toThrow(/not a list/);
  expect(() => parseRoutes('Option "-j" is unknown, try "ip -help".')).toThrow(/not JSON/);
});
