import { join } from "node:path";
import type { EventOf, RunEvent } from "../../events/types.ts";
import { replaceFile } from "../../host/replace-file.ts";
import type { Notifier } from "../notifier.ts";

export interface UsageCounterOptions {
  readonly runFolder: string;
  readonly fileName: string;
}

const LOG_NAME = "azure_usage_counter_collection.log";

/** A machine that is there. */
interface Machine {
  readonly node: string;
  readonly size: string;
  readonly family: string;
  readonly cores: number;
}

/**
 * Counts the cores in use by family of machines, for whoever has to ask for a quota: `environments/<file name>` has the
 * most there were at once, and a log beside it each environment that came and went. Where a platform has no families its
 * type is the family.
 */
export function azureUsageCounter({ runFolder, fileName }: UsageCounterOptions): Notifier {
  const folder = join(runFolder, "environments");
  const running = new Map<string, readonly Machine[]>();
  const current = new Map<string, number>();
  const peak = new Map<string, number>();
  const rows = [row(["name", "node", "status", "vm_size", "vm_family", "cores", "current cores", "max cores"])];
  let platform = "unknown";

  const change = (environment: string, status: string, machines: readonly Machine[], sign: 1 | -1): void => {
    for (const { node, size, family, cores } of machines) {
      const now = (current.get(family) ?? 0) + sign * cores;
      current.set(family, now);
      peak.set(family, Math.max(peak.get(family) ?? 0, now));
      rows.push(row([environment, node, status, size, family, cores, now, peak.get(family) ?? 0]));
    }
  };
  const remove = (environment: string, status: string): void => {
    // One that never came into being took nothing.
    change(environment, status, running.get(environment) ?? [], -1);
    running.delete(environment);
  };
  const apply = (event: RunEvent): void => {
    if (event.type === "run-started" || event.type === "plan-added") platform = event.platform;
    else if (event.type === "environment-ready") {
      const machines = machinesOf(event, platform);
      running.set(event.environment, machines);
      change(event.environment, "Deployed", machines, 1);
    } else if (event.type === "environment-deleted") remove(event.environment, "Deleted");
    else if (event.type === "run-resumed") for (const name of [...running.keys()]) remove(name, "Deleted");
  };
  return {
    name: "azure_usage_counter",
    onEvent: apply,
    onPastEvent: apply,
    async close() {
      const path = join(folder, fileName);
      await replaceFile(path, `${JSON.stringify(Object.fromEntries(peak), null, 4)}\n`);
      await replaceFile(join(folder, LOG_NAME), `${rows.join("\n")}\n`);
      return [path];
    },
  };
}

function machinesOf({ nodes, capabilities = [], facts }: EventOf<"environment-ready">, platform: string): Machine[] {
  const size = facts.vmsize ?? "";
  const family = facts.vm_family ?? (size === "" ? platform : size);
  return nodes.map((node, index) => ({ node, size, family, cores: capabilities[index]?.cores ?? 0 }));
}

const WIDTHS = [15, 15, 15, 30, 30, 15, 15, 15];

const row = (cells: readonly (string | number)[]): string =>
  cells
    .map((cell, index) => String(cell).padEnd(WIDTHS[index] ?? 15))
    .join(" ")
    .trimEnd();
