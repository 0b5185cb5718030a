import { execFile } from "node:child_process";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { promisify } from "node:util";

async function qemuVersion(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("qemu-system-x86_64", ["--version"], { timeout: 20_000 });
    return /version (\S+)/.exec(stdout)?.[1] ?? "unknown";
  } catch {
    return "not installed";
  }
}

/** What figures depend on, one line: processor, cores, memory, kernel, Node, QEMU. Nothing that names the host. */
export async function machineLine(): Promise<string> {
  const processor = cpus()[0]?.model.trim() ?? "unknown processor";
  return [
    processor,
    `${availableParallelism()} cores`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Linux ${release().split("-")[0]}`,
    `Node ${process.versions.node}`,
    `QEMU ${await qemuVersion()}`,
  ].join(", ");
}
