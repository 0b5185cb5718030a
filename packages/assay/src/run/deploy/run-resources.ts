import type { EventBody } from "../../events/types.ts";
import { HostCapacity } from "../capacity/host-capacity.ts";
import type { HostLimit } from "../capacity/host-limit.ts";
import { Freed } from "./freed.ts";

/** What all environments of a run share, whichever combination they belong to. */
export interface RunResources {
  readonly capacity: HostCapacity;
  readonly freed: Freed;
}

export function runResources(limit: HostLimit, emit: (event: EventBody) => void): RunResources {
  const help = "'--host-limit MEMORY,CPUS' sets other limits, '--host-limit off' takes them away.";
  const onWait = (text: string): void => emit({ type: "notice", level: "info", text, help });
  return { capacity: new HostCapacity({ limit, onWait }), freed: new Freed() };
}
