import { PlatformError } from "../../../errors/catalogue.ts";
import { type Virsh, VirshRefused } from "../connection/virsh.ts";
import { withFile } from "../connection/with-file.ts";
import { type DomainMark, isOrphan, markElement, readMark } from "../domain/mark.ts";
import { element, toXml } from "../domain/xml.ts";

/** Numbers of networks `192.168.N.0/24` that are tried; the first is the one that libvirt's own `default` has. */
const SUBNETS = Array.from({ length: 20 }, (_, index) => 122 + index);

/**
 * Sees to it that the network is there and carries frames. One that is defined is started; one that nobody has defined is
 * made with a mark, for as long as it is needed: guests reach out through the host, and get addresses. Throws PlatformError.
 */
export async function ensureNetwork(
  virsh: Virsh,
  name: string,
  mark: DomainMark,
  signal: AbortSignal,
): Promise<"there" | "started" | "made"> {
  const info = await virsh.ask(["net-info", name], { signal });
  if (info !== undefined && /^Active:\s+yes/m.test(info)) return "there";
  try {
    if (info === undefined) await make(virsh, name, mark, signal);
    else await virsh.run(["net-start", name], { signal });
  } catch (cause) {
    if (!(cause instanceof VirshRefused)) throw cause;
    // Another run may have done it at the same moment.
    const now = await virsh.ask(["net-info", name], { signal });
    if (now !== undefined && /^Active:\s+yes/m.test(now)) return "there";
    const what = info === undefined ? "made" : "started";
    throw new PlatformError(`The network '${name}' could not be ${what}: ${cause.words}`, {
      help: "Networks need libvirt of the system, its driver for networks and dnsmasq ('apt-get install libvirt-daemon-config-network dnsmasq-base'); 'network: user' needs none of it.",
      cause,
    });
  }
  return info === undefined ? "made" : "started";
}

/** Removes networks that assays made which are gone, where no machine has an interface to them. Gives their names. */
export async function removeOrphanNetworks(virsh: Virsh): Promise<readonly string[]> {
  const marked: string[] = [];
  for (const name of await namesOf(virsh, ["net-list", "--all", "--name"])) {
    const mark = markOf((await virsh.ask(["net-dumpxml", name])) ?? "");
    if (mark !== undefined && (await isOrphan(mark))) marked.push(name);
  }
  return await removeUnused(virsh, marked);
}

/** Removes those of the networks to which no machine has an interface. */
export async function removeUnused(virsh: Virsh, networks: readonly string[]): Promise<readonly string[]> {
  if (networks.length === 0) return [];
  const used = new Set<string>();
  for (const domain of await namesOf(virsh, ["list", "--all", "--name"])) {
    const interfaces = (await virsh.ask(["domiflist", domain])) ?? "";
    for (const line of interfaces.split("\n")) used.add(line.trim().split(/\s+/)[2] ?? "");
  }
  const unused = networks.filter((name) => !used.has(name));
  for (const name of unused) await virsh.ask(["net-destroy", name]);
  return unused;
}

async function make(virsh: Virsh, name: string, mark: DomainMark, signal: AbortSignal): Promise<void> {
  for (const number of SUBNETS) {
    try {
      const xml = toXml(networkElement(name, number, mark));
      await withFile("network.xml", xml, (file) => virsh.run(["net-create", file], { signal }));
      return;
    } catch (error) {
      const isTaken = error instanceof VirshRefused && /already in use/.test(error.words);
      if (!isTaken || number === SUBNETS.at(-1)) throw error;
    }
  }
}

function networkElement(name: string, number: number, mark: DomainMark) {
  const [start, end] = [2, 254].map((host) => `192.168.${number}.${host}`);
  return element(
    "network",
    {},
    element("name", {}, name),
    element("metadata", {}, markElement(mark, "network")),
    element("forward", { mode: "nat" }),
    element(
      "ip",
      { address: `192.168.${number}.1`, netmask: "255.255.255.0" },
      element("dhcp", {}, element("range", { start, end })),
    ),
  );
}

const markOf = (xml: string): DomainMark | undefined => {
  const [printed] = /<assay:network[^>]*>[^<]*<\/assay:network>/.exec(xml) ?? [];
  return printed === undefined ? undefined : readMark(printed);
};

async function namesOf(virsh: Virsh, command: readonly [string, ...string[]]): Promise<readonly string[]> {
  const printed = (await virsh.ask(command)) ?? "";
  return printed.split("\n").flatMap((line) => line.trim() || []);
}
