import { isRecord, numberField, textField } from "./json-record.ts";
import { Tool } from "./tool.ts";
import { parseJson, unexpected } from "./unexpected.ts";

export interface InterfaceAddress {
  readonly family: "inet" | "inet6";
  readonly address: string;
  readonly prefixLength: number;
  /** `global`, `link`, `host`. */
  readonly scope: string;
}

/** A network interface. */
export interface NetworkInterface {
  readonly index: number;
  readonly name: string;
  /** Such as `UP`, `LOWER_UP`, `LOOPBACK`. */
  readonly flags: readonly string[];
  /** `UP`, `DOWN`, `UNKNOWN` (as the loopback interface). */
  readonly state: string;
  readonly mtu: number;
  /** `ether`, `loopback`, `infiniband`, … */
  readonly linkType: string;
  /** MAC address in lower case. */
  readonly mac: string | undefined;
  /** Bridge or bond it belongs to. */
  readonly master: string | undefined;
  /** Empty when only links were asked for. */
  readonly addresses: readonly InterfaceAddress[];
}

export interface Route {
  /** `default` or a network such as `10.0.2.0/24`. */
  readonly destination: string;
  readonly gateway: string | undefined;
  readonly device: string | undefined;
  /** Who made it: `kernel`, `dhcp`, `static`, `ra`, … */
  readonly protocol: string | undefined;
  readonly source: string | undefined;
  readonly metric: number | undefined;
}

/** Network interfaces, addresses and routes. Source: iproute2 with JSON (4.13 of 2017 or newer). */
export class Ip extends Tool {
  async interfaces(): Promise<readonly NetworkInterface[]> {
    return parseInterfaces(await this.node.text(["ip", "-j", "addr", "show"]));
  }

  /** The interfaces without their addresses. */
  async links(): Promise<readonly NetworkInterface[]> {
    return parseInterfaces(await this.node.text(["ip", "-j", "link", "show"]));
  }

  async routes(family: "inet" | "inet6" = "inet"): Promise<readonly Route[]> {
    return parseRoutes(await this.node.text(["ip", "-j", "-f", family, "route", "show"]));
  }

  /** The default route that is used: the one with the lowest metric. Undefined when there is none. */
  async defaultRoute(family: "inet" | "inet6" = "inet"): Promise<Route | undefined> {
    return findDefaultRoute(await this.routes(family));
  }

  /** Sets the interface up or down; the connection is lost when it is the one that carries it. */
  async setState(name: string, state: "up" | "down"): Promise<void> {
    await this.node.text(["ip", "link", "set", "dev", name, state], { sudo: true });
  }

  async setMtu(name: string, mtu: number): Promise<void> {
    await this.node.text(["ip", "link", "set", "dev", name, "mtu", String(mtu)], { sudo: true });
  }
}

/** Parses `ip -j addr` and `ip -j link`. */
export function parseInterfaces(output: string): NetworkInterface[] {
  return records("ip -j addr", output).map((value) => {
    const name = textField(value, "ifname");
    const index = numberField(value, "ifindex");
    if (name === undefined || index === undefined) throw unexpected("ip -j addr", "an interface has no name", output);
    const flags = Array.isArray(value.flags) ? value.flags : [];
    const addresses = Array.isArray(value.addr_info) ? value.addr_info : [];
    return {
      index,
      name,
      flags: flags.filter((flag) => typeof flag === "string"),
      state: textField(value, "operstate") ?? "UNKNOWN",
      mtu: numberField(value, "mtu") ?? 0,
      linkType: textField(value, "link_type") ?? "unknown",
      mac: textField(value, "address"),
      master: textField(value, "master"),
      addresses: addresses.filter(isRecord).flatMap(interfaceAddress),
    };
  });
}

/** Parses `ip -j route`. */
export function parseRoutes(output: string): Route[] {
  return records("ip -j route", output).map((value) => {
    const destination = textField(value, "dst");
    if (destination === undefined) throw unexpected("ip -j route", "a route has no destination", output);
    return {
      destination,
      gateway: textField(value, "gateway"),
      device: textField(value, "dev"),
      protocol: textField(value, "protocol"),
      source: textField(value, "prefsrc"),
      metric: numberField(value, "metric"),
    };
  });
}

/** The default route with the lowest metric; no metric means 0. */
export function findDefaultRoute(routes: readonly Route[]): Route | undefined {
  return routes
    .filter(({ destination }) => destination === "default")
    .toSorted((a, b) => (a.metric ?? 0) - (b.metric ?? 0))[0];
}

/** Some versions print nothing for an empty list, or empty objects for what a filter left out. */
function records(program: string, output: string): Readonly<Record<string, unknown>>[] {
  if (output.trim() === "") return [];
  const list = parseJson(program, output);
  if (!Array.isArray(list)) throw unexpected(program, "it is not a list", output);
  return list.filter(isRecord).filter((value) => Object.keys(value).length > 0);
}

function interfaceAddress(value: Readonly<Record<string, unknown>>): InterfaceAddress[] {
  const { family } = value;
  const address = textField(value, "local");
  const prefixLength = numberField(value, "prefixlen");
  if ((family !== "inet" && family !== "inet6") || address === undefined || prefixLength === undefined) return [];
  return [{ family, address, prefixLength, scope: textField(value, "scope") ?? "global" }];
}
