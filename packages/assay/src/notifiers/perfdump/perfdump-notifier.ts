import { join } from "node:path";
import type { EventOf, RunEvent } from "../../events/types.ts";
import { replaceFile } from "../../host/replace-file.ts";
import type { Notifier } from "../notifier.ts";

export interface PerfdumpOptions {
  readonly runFolder: string;
  readonly fileName: string;
}

/**
 * Writes all measurements of a run as a JSON array when it is closed, with the fields of LISA's unified performance
 * messages. Cases of assay measure in that one form; of a case that was tried again the last attempt counts.
 */
export function perfdumpNotifier({ runFolder, fileName }: PerfdumpOptions): Notifier {
  const measured = new Map<string, object[]>();
  const facts = new Map<string, Readonly<Record<string, string>>>();
  const environments = new Map<string, string | undefined>();
  let started: EventOf<"run-started"> | undefined;
  const apply = (event: RunEvent): void => {
    if (event.type === "run-started") started = event;
    if (event.type === "environment-ready") facts.set(event.environment, event.facts);
    if (event.type === "case-started") {
      measured.set(event.resultId, []);
      environments.set(event.resultId, event.environment);
    }
    if (event.type !== "case-metric") return;
    const known = facts.get(environments.get(event.resultId) ?? "") ?? {};
    measured.get(event.resultId)?.push(messageOf(event, started, known));
  };
  return {
    name: "perfdump",
    onEvent: apply,
    onPastEvent: apply,
    async close() {
      const path = join(runFolder, fileName);
      await replaceFile(path, `${JSON.stringify([...measured.values()].flat(), null, 2)}\n`);
      return [path];
    },
  };
}

/** Fields that facts of an environment fill when they have the name. */
const FROM_ENVIRONMENT = ["location", "host_version", "distro_version", "vmsize", "kernel_version", "lis_version"];

function messageOf(
  event: EventOf<"case-metric">,
  started: EventOf<"run-started"> | undefined,
  facts: Readonly<Record<string, string>>,
): object {
  const startedMs = Date.parse(started?.at ?? event.at);
  return {
    type: "UnifiedPerformance",
    time: event.at,
    elapsed: (Date.parse(event.at) - startedMs) / 1000,
    tool: event.tool ?? "",
    test_case_name: event.case,
    platform: started?.platform ?? "",
    guest_os_type: "Linux",
    ...Object.fromEntries(FROM_ENVIRONMENT.map((name) => [name, facts[name] ?? ""])),
    ip_version: event.ipVersion ?? "IPv4",
    protocol_type: event.protocol ?? null,
    data_path: "",
    test_date: started?.at ?? event.at,
    role: event.role ?? "",
    test_result_id: event.resultId,
    ...(event.combination === undefined ? {} : { combination: event.combination }),
    metric_name: event.name,
    metric_value: event.value,
    metric_str_value: "",
    metric_unit: event.unit,
    metric_description: event.description ?? "",
    metric_relativity: event.relativity ?? "",
  };
}
