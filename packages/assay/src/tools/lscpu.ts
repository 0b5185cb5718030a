import { Tool } from "./tool.ts";
import { unexpected } from "./unexpected.ts";

/** What `lscpu` says about the processors. Counts it does not print (or prints as `-`) are undefined. */
export interface CpuTopology {
  readonly architecture: string;
  /** All logical processors, offline ones included. */
  readonly cpuCount: number;
  readonly vendor: string | undefined;
  /** Model of the first kind of processor. */
  readonly modelName: string | undefined;
  readonly threadsPerCore: number | undefined;
  readonly coresPerSocket: number | undefined;
  readonly sockets: number | undefined;
  /** Arm machines without a socket table count in clusters. */
  readonly coresPerCluster: number | undefined;
  readonly clusters: number | undefined;
  readonly numaNodes: number | undefined;
  /** Product of sockets (or clusters), cores and threads, summed over kinds of processors; what `cpuCount` must equal. */
  readonly topologyCpuCount: number;
}

/** One logical processor of `lscpu --extended`. Cache numbers say which processors share a cache. */
export interface CpuRow {
  readonly cpu: number;
  readonly node: number | undefined;
  readonly socket: number | undefined;
  readonly core: number | undefined;
  readonly l1d: number | undefined;
  readonly l1i: number | undefined;
  readonly l2: number | undefined;
  readonly l3: number | undefined;
  readonly isOnline: boolean;
}

/** Processors of the guest. Source: util-linux `lscpu`. */
export class Lscpu extends Tool {
  /** Counts and model. Throws UnexpectedOutput when the output has no processor count. */
  async topology(): Promise<CpuTopology> {
    return parseLscpu(await this.node.text(["lscpu"]));
  }

  /** One row per logical processor with the caches it uses. */
  async extended(): Promise<readonly CpuRow[]> {
    return parseLscpuExtended(await this.node.text(["lscpu", "--extended=cpu,node,socket,core,cache,online"]));
  }
}

/** Parses plain `lscpu` output of any version; newer ones indent and group the same lines. */
export function parseLscpu(output: string): CpuTopology {
  const all = new Map<string, string>();
  const kinds: Map<string, string>[] = [new Map()];
  for (const line of output.split(/\r?\n/)) {
    const [, key, value] = /^\s*([^:]+?):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    // Machines with two kinds of cores repeat the block once per kind.
    if (kinds.at(-1)?.has(key)) kinds.push(new Map());
    kinds.at(-1)?.set(key, value);
    if (!all.has(key)) all.set(key, value);
  }
  const count = (key: string, from: ReadonlyMap<string, string> = all) => countOf(from.get(key));
  const cpuCount = count("CPU(s)") ?? count("Total CPU(s)");
  if (cpuCount === undefined) throw unexpected("lscpu", "there is no line 'CPU(s):'", output);
  return {
    architecture: all.get("Architecture") ?? "unknown",
    cpuCount,
    vendor: nameOf(all.get("Vendor ID")),
    modelName: nameOf(all.get("Model name")),
    threadsPerCore: count("Thread(s) per core"),
    coresPerSocket: count("Core(s) per socket"),
    sockets: count("Socket(s)"),
    coresPerCluster: count("Core(s) per cluster"),
    clusters: count("Cluster(s)"),
    numaNodes: count("NUMA node(s)"),
    topologyCpuCount: kinds.reduce((sum, kind) => sum + cpusOfKind(kind), 0),
  };
}

/** Parses the table of `lscpu --extended` by its header, so that columns may be missing or in another order. */
export function parseLscpuExtended(output: string): CpuRow[] {
  const [header = [], ...rows] = output
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/))
    .filter((cells) => cells[0] !== "");
  if (header[0] !== "CPU") throw unexpected("lscpu --extended", "the header does not start with 'CPU'", output);
  // The heading names the caches the machine has, such as L1d:L1i:L2:L3; without any it is missing.
  const cacheColumn = header.findIndex((name) => name.includes(":") || /^L\d/.test(name));
  const cacheNames = header[cacheColumn]?.toLowerCase().split(":") ?? [];
  return rows.map((cells) => {
    const cell = (name: string) => countOf(cells[header.indexOf(name)]);
    const caches = cells[cacheColumn]?.split(":") ?? [];
    // Of offline processors lscpu prints a lone number there, which belongs to no known cache.
    const isKnown = caches.length === cacheNames.length;
    const cache = (name: string) => (isKnown ? countOf(caches[cacheNames.indexOf(name)]) : undefined);
    const cpu = cell("CPU");
    if (cpu === undefined) throw unexpected("lscpu --extended", `'${cells.join(" ")}' names no processor`, output);
    return {
      cpu,
      node: cell("NODE"),
      socket: cell("SOCKET"),
      core: cell("CORE"),
      l1d: cache("l1d"),
      l1i: cache("l1i"),
      l2: cache("l2"),
      l3: cache("l3"),
      isOnline: cells[header.indexOf("ONLINE")] !== "no",
    };
  });
}

function cpusOfKind(kind: ReadonlyMap<string, string>): number {
  const count = (key: string) => countOf(kind.get(key));
  const threads = count("Thread(s) per core");
  if (threads === undefined) return 0;
  const inClusters = (count("Core(s) per cluster") ?? 0) * (count("Cluster(s)") ?? 0);
  const inSockets = (count("Core(s) per socket") ?? 0) * (count("Socket(s)") ?? 0);
  return (inClusters || inSockets) * threads;
}

/** `-` stands for a name that lscpu does not know. */
function nameOf(text: string | undefined): string | undefined {
  return text === "-" || text === "" ? undefined : text;
}

function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
