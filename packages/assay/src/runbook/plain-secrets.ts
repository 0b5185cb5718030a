import type { Problems } from "./problems.ts";
import type { LocatedValue, MappingEntry } from "./value.ts";

/** Keys whose values are secrets, wherever they stand. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  "admin_password",
  "auth_token",
  "aws_secret_access_key",
  "aws_session_token",
  "azure_arm_access_token",
  "azure_graph_access_token",
  "azure_keyvault_access_token",
  "azure_openai_api_key",
  "azure_storage_access_token",
  "client_secret",
  "password",
  "pat",
  "service_principal_key",
]);

/** R02: passwords and tokens that stand in the sections of a runbook as they are. The values need not be replaced yet. */
export function warnOfPlainSecrets(root: LocatedValue, problems: Problems): void {
  const seen = new Set<LocatedValue>();
  const visit = (value: LocatedValue): void => {
    // Aliases share one object; each is looked at once.
    if (value.kind === "scalar" || value.kind === "broken" || seen.has(value)) return;
    seen.add(value);
    if (value.kind === "list") for (const item of value.items) visit(item);
    else
      for (const entry of value.entries) {
        if (isPlainSecret(entry)) warn(entry, problems);
        else visit(entry.value);
      }
  };
  visit(root);
}

function isPlainSecret({ key, value }: MappingEntry): boolean {
  return (
    SECRET_KEYS.has(key) &&
    value.kind === "scalar" &&
    value.type !== "null" &&
    value.source !== "" &&
    !value.source.includes("$(")
  );
}

function warn({ key, value }: MappingEntry, problems: Problems): void {
  problems.warning("R02", `'${key}' has its secret written into the runbook.`, value, {
    help: `Write '$(${key})' there, and give it with -v s:${key}:… or in the environment as S_LISA_${key}.`,
  });
}
