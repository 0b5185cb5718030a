/** What `script/bench` was asked for. */
export interface BenchOptions {
  /** Empty means all. */
  readonly names: readonly string[];
  readonly isJson: boolean;
  /** Whether bench/results.md gets the figures. */
  readonly isSaved: boolean;
}

/** Reads the arguments; a string says what is wrong with them. `available` are the benchmarks there are. */
export function readOptions(args: readonly string[], available: readonly string[]): BenchOptions | string {
  const names = args.filter((arg) => !arg.startsWith("-"));
  const unknownFlag = args.find((arg) => arg.startsWith("-") && !["--json", "--save"].includes(arg));
  if (unknownFlag !== undefined) return `Unknown option '${unknownFlag}'. Use: script/bench [NAME…] [--json] [--save]`;
  const unknown = names.find((name) => !available.includes(name));
  if (unknown !== undefined) return `There is no benchmark '${unknown}'. There are: ${available.join(", ")}.`;
  return { names, isJson: args.includes("--json"), isSaved: args.includes("--save") };
}
