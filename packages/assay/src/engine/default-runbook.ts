import { fileURLToPath } from "node:url";

/** The runbook that is used when none is named; it comes with assay. */
export const DEFAULT_RUNBOOK = fileURLToPath(new URL("../../../../runbooks/default.yml", import.meta.url));
