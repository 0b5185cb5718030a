import type { Analyst } from "../notifiers/analyst.ts";
import type { Runbook } from "../runbook/types.ts";

/** Those who read the evidence of failed cases, as the runbook asks for them. */
export async function makeAnalysts({ notifiers }: Runbook, runFolder: string): Promise<readonly Analyst[]> {
  const asked = notifiers.filter(({ type }) => type === "log_agent");
  if (asked.length === 0) return [];
  const { logAgent } = await import("../notifiers/log-agent/log-agent.ts");
  return asked.map(({ settings }) =>
    logAgent({
      runFolder,
      endpoint: textOf(settings.azure_openai_endpoint) ?? "",
      embeddingEndpoint: textOf(settings.embedding_endpoint),
      key: textOf(settings.azure_openai_api_key),
      generalDeployment: textOf(settings.general_deployment_name) ?? "gpt-4o",
      softwareDeployment: textOf(settings.software_deployment_name) ?? "gpt-4.1",
      skipsDuplicates: settings.skip_duplicate_errors === true,
    }),
  );
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
