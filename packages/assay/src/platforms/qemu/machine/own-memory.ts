import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { HostExhausted } from "../../../errors/catalogue.ts";
import { needRoom } from "../host/room.ts";
import { memoryFile } from "./devices/memory.ts";

const run = promisify(execFile);

export interface MemoryCopy {
  readonly path: string;
  /** One for each NUMA node. */
  readonly files: number;
  readonly signal: AbortSignal;
}

/** Copies a template's memory for one machine; it takes room only for what is not empty. Throws HostExhausted. */
export async function copyMemory(template: string, { path, files, signal }: MemoryCopy): Promise<void> {
  for (let node = 0; node < files; node++) {
    const from = memoryFile(template, node);
    await needRoom(dirname(path), (await stat(from)).blocks * 512, `the memory '${path}'`);
    try {
      // Node copies holes as zeros.
      await run("cp", ["--sparse=always", "--reflink=auto", from, memoryFile(path, node)], { signal });
    } catch (cause) {
      signal.throwIfAborted();
      throw new HostExhausted(`The memory of a machine could not be copied: ${String(cause)}`, {
        help: "Free disk space, or set ASSAY_CACHE to a folder on a larger disk.",
        cause,
      });
    }
  }
}
