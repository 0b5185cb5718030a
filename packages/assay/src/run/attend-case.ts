import type { Aftercare } from "./aftercare.ts";
import { keepDiagnostics } from "./diagnostics/keep-diagnostics.ts";
import { type RecordCaseOptions, recordCase } from "./record-case.ts";
import { type CaseOutcome, runCase } from "./run-case.ts";

export interface AttendCaseOptions extends RecordCaseOptions {
  readonly aftercare: Aftercare;
  /** Stores what the case asks of its nodes. */
  readonly isRecording?: boolean;
}

/** Runs a case and looks at its machines for the evidence; what is looked at is no part of a recording. */
export async function attendCase(options: AttendCaseOptions): Promise<CaseOutcome> {
  const { aftercare, isRecording } = options;
  const limitMs = aftercare.diagnosticsMs;
  const run = isRecording === true ? recordCase : runCase;
  return await run({ ...options, ...(limitMs > 0 && { onFailure: () => keepDiagnostics({ ...options, limitMs }) }) });
}
