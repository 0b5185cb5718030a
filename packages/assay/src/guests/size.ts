import type { Node } from "../node/node.ts";
import { smallestCount } from "../runbook/requirement.ts";
import type { GuestOrder } from "./guest-provider.ts";

/** Processors and memory of a guest. */
export interface GuestSize {
  readonly cores: number;
  readonly memoryMb: number;
}

/** LISA's least memory of a node. */
const LEAST_MEMORY_MB = 512;

/**
 * What `capability` of the entry asks for; where it says nothing, all processors of the node, and an equal part of three
 * quarters of its memory for each guest.
 */
export async function guestSize(
  { settings, host, count }: GuestOrder,
  facts = (node: Node) => node.facts(),
): Promise<GuestSize> {
  const { capability } = settings;
  const { cpuCount, memoryKb } = await facts(host);
  const share = Math.floor((memoryKb / 1024) * 0.75) / count;
  return {
    cores: capability?.coreCount === undefined ? cpuCount : smallestCount(capability.coreCount),
    memoryMb:
      capability?.memoryMb === undefined
        ? Math.max(LEAST_MEMORY_MB, Math.floor(share))
        : smallestCount(capability.memoryMb),
  };
}
