import { availableParallelism, cpus, hostname, release, totalmem } from "node:os";

/** What the record of a run says about the machine it was run from. */
export function hostFacts(): Readonly<Record<string, string>> {
  return {
    host: hostname(),
    kernel: release(),
    processor: cpus()[0]?.model ?? "unknown",
    cores: String(availableParallelism()),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
  };
}
