import { parseUri } from "./connection/uri.ts";
import { Virsh } from "./connection/virsh.ts";
import { isDomainName, removeDomain } from "./domain/domain.ts";
import { isOrphan, MARK_NAMESPACE, readMark } from "./domain/mark.ts";
import { removeOrphanNetworks } from "./network/libvirt-network.ts";
import { Pool } from "./storage/pool.ts";
import { usedConnections } from "./used-connections.ts";

/** A machine of libvirt that an assay made. */
export interface LibvirtMachine {
  readonly name: string;
  readonly runId: string;
  readonly domain: string;
  readonly uri: string;
}

export interface LibvirtCleaning {
  readonly removed: readonly LibvirtMachine[];
  /** Networks that were made for machines. */
  readonly networks: readonly { readonly name: string; readonly uri: string }[];
  /** Machines that were left on purpose by `keep_environment`. */
  readonly kept: readonly LibvirtMachine[];
  /** Machines of assays that still run, or run on another machine. */
  readonly inUse: number;
  /** Where nobody answered. */
  readonly unreachable: readonly string[];
}

/** Starting a session's daemon takes a while. */
const ANSWER_LIMIT_MS = 30_000;

/** Removes what dead assays left at the libvirts that they used. A domain without assay's mark is never touched. */
export async function cleanLibvirt(options: { readonly kept?: "leave" | "remove" } = {}): Promise<LibvirtCleaning> {
  const cleanings = await Promise.all((await usedConnections()).map((uri) => cleanConnection(uri, options)));
  return {
    removed: cleanings.flatMap(({ removed }) => removed),
    networks: cleanings.flatMap(({ networks }) => networks),
    kept: cleanings.flatMap(({ kept }) => kept),
    inUse: cleanings.reduce((sum, { inUse }) => sum + inUse, 0),
    unreachable: cleanings.flatMap(({ unreachable }) => unreachable),
  };
}

/** The same at one libvirt. */
export async function cleanConnection(
  uri: string,
  options: { readonly kept?: "leave" | "remove" } = {},
): Promise<LibvirtCleaning> {
  const virsh = new Virsh(parseUri(uri));
  const names = await virsh.run(["list", "--all", "--name"], { timeoutMs: ANSWER_LIMIT_MS }).catch(() => undefined);
  if (names === undefined) return { removed: [], networks: [], kept: [], inUse: 0, unreachable: [uri] };
  const removed: LibvirtMachine[] = [];
  const kept: LibvirtMachine[] = [];
  let inUse = 0;
  for (const domain of names.split("\n").map((name) => name.trim())) {
    if (!isDomainName(domain)) continue;
    const printed = await virsh.ask(["metadata", domain, "--uri", MARK_NAMESPACE]);
    const mark = printed === undefined ? undefined : readMark(printed);
    if (mark === undefined) continue;
    const machine = { name: mark.name, runId: mark.runId, domain, uri };
    if (!(await isOrphan(mark))) inUse++;
    else if (mark.isKept && options.kept !== "remove") kept.push(machine);
    else {
      await removeDomain(virsh, domain, await Pool.find(virsh, mark.storage));
      removed.push(machine);
    }
  }
  const networks = (await removeOrphanNetworks(virsh)).map((name) => ({ name, uri }));
  return { removed, networks, kept, inUse, unreachable: [] };
}
