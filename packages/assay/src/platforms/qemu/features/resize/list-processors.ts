import { type QmpClient, type QmpExecuteOptions, QmpRefused } from "../../machine/qmp-client.ts";

/** One place for a processor, as `query-hotpluggable-cpus` gives it; a free one has no path. */
export interface ProcessorSlot {
  readonly type: string;
  readonly props: Readonly<Record<string, number>>;
  readonly "qom-path"?: string;
}

/** The places for processors of a machine, and whether processors can come and go there. */
export interface Processors {
  readonly slots: readonly ProcessorSlot[];
  readonly areFixed: boolean;
}

/** Asks QEMU for the places; those of a board whose processors are there for good, such as `virt`, are all taken. */
export async function listProcessors(qmp: QmpClient, limits: QmpExecuteOptions = {}): Promise<Processors> {
  try {
    const slots = (await qmp.execute("query-hotpluggable-cpus", {}, limits)) as readonly ProcessorSlot[];
    return { slots, areFixed: false };
  } catch (error) {
    if (!(error instanceof QmpRefused)) throw error;
    const present = (await qmp.execute("query-cpus-fast", {}, limits)) as readonly Omit<ProcessorSlot, "type">[];
    return { slots: present.map((each) => ({ ...each, type: "" })), areFixed: true };
  }
}
