import type { RunEvent } from "../events/types.ts";
import type { MeasuredResult } from "./evaluation.ts";

/** What the facts of an environment say about the size of its machines. */
export function whereMeasured(
  facts: Readonly<Record<string, string>>,
): Pick<MeasuredResult, "vmSize" | "bandwidthGbps"> {
  const bandwidthGbps = Number(facts.max_network_bandwidth_gbps);
  return {
    vmSize: facts.vmsize === undefined || facts.vmsize === "" ? "unknown" : facts.vmsize,
    ...(bandwidthGbps > 0 && { bandwidthGbps }),
  };
}

/** What the results measured that were final when a run was cut off, in the order in which they ended. */
export function measuredResults(events: Iterable<RunEvent>): readonly MeasuredResult[] {
  const facts = new Map<string, Readonly<Record<string, string>>>();
  const metrics = new Map<string, MeasuredResult["metrics"][number][]>();
  const measured: MeasuredResult[] = [];
  for (const event of events) {
    if (event.type === "environment-ready") facts.set(event.environment, event.facts);
    else if (event.type === "case-started") metrics.set(event.resultId, []);
    else if (event.type === "case-metric") metrics.get(event.resultId)?.push(event);
    else if (event.type === "case-finished" && event.isCutOff !== true) {
      const own = metrics.get(event.resultId) ?? [];
      const { case: name, combination, environment = "" } = event;
      const where = whereMeasured(facts.get(environment) ?? {});
      if (own.length > 0) measured.push({ ...where, case: name, ...(combination && { combination }), metrics: own });
    }
  }
  return measured;
}
