import { localNode } from "../../node/local-node.ts";
import type { Capability, Node } from "../../node/node.ts";
import type { Route } from "../../node/shell/ssh/route.ts";
import type { ReadyNodeSettings } from "../../runbook/types.ts";
import type { DeployContext } from "../platform.ts";
import { connectReadyNode } from "./connect-ready-node.ts";

/** Given machines that belong together, used by one at a time. */
export interface Slot {
  readonly index: number;
  readonly nodes: readonly ReadyNodeSettings[];
  /** Resolves when who uses it lets go; undefined while it is free. */
  inUse: Promise<void> | undefined;
  /** Known after the first deployment, so that later cases that do not fit are refused before it. */
  capabilities: readonly Capability[] | undefined;
  /** A case left it dirty, and the runbook does not want it used again. */
  isOut: boolean;
}

/** What the health of a slot is known by. */
export const hostOf = ({ nodes }: Slot): string =>
  nodes.map((node) => (node.isLocal === true ? "this machine" : `${node.address}:${node.port}`)).join(", ");

/** A free one whose machines are in health; one that keeps failing only where there is no other. */
export function freeOf(fitting: readonly Slot[], { hosts }: DeployContext): Slot | undefined {
  const free = fitting.filter(({ inUse }) => inUse === undefined);
  const healthy = free.find((slot) => hosts?.admits(hostOf(slot)) ?? true);
  return healthy ?? (free.length === fitting.length ? free[0] : undefined);
}

/**
 * Resolves when one of the slots is let go, or one that is taken out may be tried again. Throws the signal's reason when
 * it aborts first.
 */
export async function firstUsable(slots: readonly Slot[], { signal, hosts }: DeployContext): Promise<void> {
  const ended = new AbortController();
  const { promise: cancelled, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { signal: ended.signal });
  const both = AbortSignal.any([signal, ended.signal]);
  // Without an end of its own a free slot would be asked for again at once, and nobody else would get a turn.
  const usable = slots.map((slot) => slot.inUse ?? hosts?.change(hostOf(slot), both));
  try {
    await Promise.race([...usable, cancelled]);
  } finally {
    ended.abort();
  }
}

/** The connected nodes of a slot, in its order. */
export interface TakenSlot {
  readonly nodes: readonly Node[];
  readonly release: () => Promise<void>;
}

/** Logs in to all nodes of a free environment and notes what they have. */
export async function take(slot: Slot, context: DeployContext, via: Route | undefined): Promise<TakenSlot> {
  const { promise: released, resolve: letGo } = Promise.withResolvers<void>();
  slot.inUse = released;
  const nodes: Node[] = [];
  const release = async (): Promise<void> => {
    try {
      await Promise.all(nodes.map((node) => node.shell[Symbol.asyncDispose]()));
    } finally {
      // Whatever became of the connections, who waits for the machines is not kept waiting.
      if (slot.inUse === released) slot.inUse = undefined;
      letGo();
    }
  };
  try {
    const startedAt = performance.now();
    const step = { environment: context.environmentName, step: "connect" };
    context.progress(step);
    for (const [index, settings] of slot.nodes.entries()) {
      const isThisMachine = settings.isLocal === true;
      nodes.push(
        isThisMachine ? localNode(settings.name, index) : await connectReadyNode(settings, index, context.signal, via),
      );
    }
    context.progress({ ...step, elapsedMs: performance.now() - startedAt });
    slot.capabilities = nodes.map((node) => node.capability);
    return { nodes, release };
  } catch (error) {
    await release();
    throw error;
  }
}
