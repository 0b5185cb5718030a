import type { Aftercare } from "../run/aftercare.ts";
import type { RunCommandOptions } from "./run-options.ts";

/** What the command line says of what is done for cases beside running them; what it does not say is done as usual. */
export function aftercareOf({ diagnostics, pollution, repeatFailures }: RunCommandOptions): Partial<Aftercare> {
  return {
    ...(diagnostics !== undefined && { diagnosticsMs: diagnostics * 1000 }),
    ...(pollution !== undefined && { pollution }),
    ...(repeatFailures !== undefined && { repeatFailures }),
  };
}
