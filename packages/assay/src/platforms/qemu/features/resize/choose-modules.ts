/** The modules that make up exactly `memoryMb`, those added last first; undefined when none do. There are few of them. */
export function chooseModules<T extends { readonly sizeMb: number }>(
  modules: readonly T[],
  memoryMb: number,
): readonly T[] | undefined {
  if (memoryMb <= 0) return memoryMb === 0 ? [] : chooseModules(modules, 0);
  const [last, ...others] = modules.toReversed();
  if (last === undefined) return undefined;
  const earlier = others.toReversed();
  const withLast = last.sizeMb <= memoryMb ? chooseModules(earlier, memoryMb - last.sizeMb) : undefined;
  return withLast === undefined ? chooseModules(earlier, memoryMb) : [last, ...withLast];
}
