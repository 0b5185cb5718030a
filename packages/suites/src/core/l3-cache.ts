/** A processor's place and the L3 cache it uses; undefined where lscpu does not tell. */
export interface CpuPlace {
  readonly cpu: number;
  /** Undefined on a machine without NUMA nodes, which counts as one node. */
  readonly node: number | undefined;
  readonly socket: number | undefined;
  readonly l3: number | undefined;
}

/** Processor models whose L3 caches are shared by a fixed number of cores, whatever the guest's topology says. */
const CORES_PER_L3: readonly (readonly [model: RegExp, cores: number])[] = [
  [/7452|7V12/, 4],
  [/7763/, 8],
];

/** CPUs in a row that share an L3 cache on this processor model; undefined when only the general rules apply. */
export function l3BlockSize(modelName: string, threadsPerCore: number): number | undefined {
  const cores = CORES_PER_L3.find(([model]) => model.test(modelName))?.[1];
  return cores === undefined ? undefined : cores * threadsPerCore;
}

/** What is wrong with the way the guest sees its L3 caches, one sentence each; empty when all is well. */
export function l3Violations(places: readonly CpuPlace[], blockSize: number | undefined): string[] {
  const blind = places.filter(({ l3 }) => l3 === undefined).map(({ cpu }) => cpu);
  if (blind.length > 0) {
    return [`CPU ${blind.join(", ")} of ${places.length} have no L3 cache information while others have.`];
  }
  return blockSize === undefined ? generalViolations(places) : blockViolations(places, blockSize);
}

function blockViolations(places: readonly CpuPlace[], blockSize: number): string[] {
  return [...places]
    .sort((left, right) => left.cpu - right.cpu)
    .filter(({ l3 }, index) => l3 !== Math.floor(index / blockSize))
    .map(({ cpu, l3 }) => `CPU ${cpu} sees L3 cache ${l3}; with ${blockSize} CPUs a cache that is wrong.`);
}

function generalViolations(places: readonly CpuPlace[]): string[] {
  const violations: string[] = [];
  const nodesOf = groupBy(
    places,
    ({ l3 }) => l3,
    ({ node }) => node ?? 0,
  );
  const cachesOf = groupBy(
    places,
    ({ node }) => node ?? 0,
    ({ l3 }) => l3,
  );
  for (const [cache, sockets] of groupBy(
    places,
    ({ l3 }) => l3,
    ({ socket }) => socket ?? 0,
  )) {
    if (sockets.size > 1) {
      violations.push(`L3 cache ${cache} lies on the sockets ${[...sockets].join(", ")}; it must lie on one.`);
    }
  }
  for (const [node, caches] of cachesOf) {
    const cpus = places.filter((place) => (place.node ?? 0) === node).length;
    if (cpus > 1 && caches.size >= cpus) {
      violations.push(`NUMA node ${node} has ${caches.size} L3 caches for ${cpus} CPUs; CPUs must share them.`);
    }
  }
  const isOneToOne = [...nodesOf.values(), ...cachesOf.values()].every(({ size }) => size === 1);
  if (isOneToOne) {
    for (const { cpu, node, l3 } of places.filter((place) => place.l3 !== (place.node ?? 0))) {
      violations.push(
        `CPU ${cpu} of NUMA node ${node ?? 0} sees L3 cache ${l3}; each node has one cache, of the same number.`,
      );
    }
  }
  return violations;
}

function groupBy<Key, Value>(
  places: readonly CpuPlace[],
  keyOf: (place: CpuPlace) => Key,
  memberOf: (place: CpuPlace) => Value,
): Map<Key, Set<Value>> {
  const groups = new Map<Key, Set<Value>>();
  for (const place of places) {
    groups.set(keyOf(place), (groups.get(keyOf(place)) ?? new Set()).add(memberOf(place)));
  }
  return groups;
}
