import { type Field, type FieldTable, fields, withDefault } from "./field.ts";
import { mapOf } from "./forms.ts";
import { anything, flag, integer, number, secret, standing, text } from "./kinds.ts";
import { unsupported } from "./unsupported.ts";
import type { Variants } from "./variant.ts";

/** Keys of every notifier. */
export const commonNotifier = {
  type: text("kind of report"),
  enabled: withDefault(flag("false leaves it out"), true),
  priority: withDefault(integer("order among notifiers; lower ones are first"), 100),
};

const path = (about: string, standard: string): Field<string> => standing(text(about), standard);

const TABLES: Readonly<Record<string, FieldTable>> = {
  console: { log_level: path("level below which events leave no line", "DEBUG") },
  html: {
    path: path("name of the report file", "report.html"),
    auto_open: standing(flag("open it in a browser at the end, where there is a screen"), false),
  },
  junit: {
    path: path("name of the report file", "junit.xml"),
    include_subtest: standing(flag("sub-results as cases"), true),
    append_message_id: standing(flag("numbers of results in their names"), true),
  },
  file: { file_name: path("name of the file with every message", "messages.log") },
  text_result: { include_subtest: standing(flag("list sub-results as cases"), false) },
  env_stats: {},
  perfdump: {
    path: path("name of the file", "perf_results.json"),
    unified: standing(flag("only measurements in one form for all tools"), false),
  },
  perfevaluation: {
    criteria_file: path("file with criteria, also a pattern", "*_criteria.yml"),
    criteria: mapOf(anything("criteria"), "criteria, which win over those of the file"),
    output_file: text("name of the file with the evaluation"),
    statistics_times: integer("runs of a case that are evaluated together", { minimum: 1 }),
    fail_test_on_performance_failure: standing(flag("fail cases that miss their criteria"), false),
    post_peak_drop_ratio: standing(number("share by which throughput may fall after its peak"), 0.02),
  },
  log_agent: {
    azure_openai_endpoint: text("address of the service"),
    azure_openai_api_key: secret(text("its key")),
    embedding_endpoint: text("address of the service for embeddings"),
    general_deployment_name: path("model for general questions", "gpt-4o"),
    software_deployment_name: path("model for questions about code", "gpt-4.1"),
    selected_flow: unsupported(path("how logs are analysed", "default"), { unless: ["default"], isHarmless: true }),
    skip_duplicate_errors: standing(flag("analyse equal errors once"), false),
  },
  azure_usage_counter: { file_name: path("name of the file", "azure_usage_counter.json") },
};

const REQUIRED: Readonly<Record<string, readonly string[]>> = { log_agent: ["azure_openai_endpoint"] };

/** Keys of each kind of notifier. */
export const NOTIFIER_FIELDS = Object.fromEntries(
  Object.entries(TABLES).map(([name, table]) => [
    name,
    fields<FieldTable>({ ...commonNotifier, ...table }, { isLenientUpstream: true, required: REQUIRED[name] ?? [] }),
  ]),
);

export const NOTIFIERS: Variants = {
  family: "notifier",
  noun: "notifier",
  common: commonNotifier,
  kinds: NOTIFIER_FIELDS,
};
