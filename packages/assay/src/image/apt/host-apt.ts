import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { runOnHost } from "../build/host-command.ts";
import { type AptSource, parseDeb822Sources, parseOneLineSources } from "./source.ts";

/** How this machine gets packages: where from, and by which proxies and certificates. */
export interface HostApt {
  readonly sources: readonly AptSource[];
  /** Lines of APT configuration that say how to reach mirrors, such as `Acquire::http::Proxy "…";`. */
  readonly transport: readonly string[];
}

/** Settings without which a machine in a closed network, or with a snapshot mirror, cannot reach its mirror. */
const transportSettings =
  /^Acquire::(https?(::.*)?|ftp::.*|Retries|ForceIPv[46]|Check-Valid-Until|Check-Date|Max-FutureTime|AllowInsecureRepositories) ".+";$/i;

/** Reads this machine's APT configuration. A machine without APT has no sources and no settings. */
export async function readHostApt(signal?: AbortSignal): Promise<HostApt> {
  const dump = await runOnHost("apt-config", ["dump"], { signal });
  return dump.exitCode === 0
    ? { sources: await readSources(dump.stdout), transport: transportOf(dump.stdout) }
    : { sources: [], transport: [] };
}

/** Picks the lines of `apt-config dump` that an apt working elsewhere needs to reach the same mirrors. */
export function transportOf(dump: string): readonly string[] {
  return dump.split("\n").filter((line) => transportSettings.test(line));
}

async function readSources(dump: string): Promise<readonly AptSource[]> {
  const setting = (name: string): string =>
    dump.split("\n").flatMap((line) => (line.startsWith(`${name} "`) ? [line.slice(name.length + 2, -2)] : []))[0] ??
    "";
  const folder = resolve(setting("Dir") || "/", setting("Dir::Etc") || "etc/apt");
  const list = resolve(folder, setting("Dir::Etc::sourcelist") || "sources.list");
  const parts = resolve(folder, setting("Dir::Etc::sourceparts") || "sources.list.d");
  const sources = [...parseOneLineSources(await textOrNothing(list))];
  for (const name of await namesOrNothing(parts)) {
    const text = await textOrNothing(join(parts, name));
    if (name.endsWith(".list")) sources.push(...parseOneLineSources(text));
    if (name.endsWith(".sources")) sources.push(...parseDeb822Sources(text));
  }
  return sources;
}

// A list that is missing or closed to this user is no list: apt itself goes on without it too.
const textOrNothing = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
const namesOrNothing = async (path: string): Promise<readonly string[]> =>
  (await readdir(path).catch(() => [])).toSorted();
