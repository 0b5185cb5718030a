import { join } from "node:path";
import { codeDigest, portablePath } from "../recording/case-code.ts";
import { FORMAT, RECORDING_FILE, type RecordingHeader } from "../recording/format.ts";
import { finishRecording } from "../recording/record/finish-recording.ts";
import { recordEnvironment } from "../recording/record/record-environment.ts";
import { Recorder } from "../recording/record/recorder.ts";
import { writeRecording } from "../recording/recording-file.ts";
import type { Case } from "../suite/suite.ts";
import type { CaseFolder } from "./case-folder.ts";
import { type CaseOutcome, type RunCaseOptions, runCase } from "./run-case.ts";

export interface RecordCaseOptions extends RunCaseOptions {
  readonly folder: CaseFolder;
  /** Takes the secrets of the run out of a text. */
  readonly mask: (text: string) => string;
}

/**
 * Runs a case and writes what it asked of its nodes and what they answered into its folder. A case that was cancelled
 * leaves no recording. Throws HostExhausted when the disk is full.
 */
export async function recordCase(options: RecordCaseOptions): Promise<CaseOutcome> {
  // Before the case, since its file may be edited while it runs.
  const code = await codeOf(options.case);
  const startedAt = new Date().toISOString();
  const recorder = new Recorder();
  const outcome = await runCase({ ...options, environment: recordEnvironment(options.environment, recorder) });
  if (options.signal.aborted) return outcome;
  const { status, message, failureClass, warning } = outcome.finished;
  const lines = finishRecording(
    headerOf(options, startedAt, code),
    recorder,
    {
      status,
      message,
      ...(failureClass === undefined ? {} : { failureClass }),
      ...(warning === undefined ? {} : { warning }),
    },
    options.mask,
  );
  await writeRecording(join(options.folder.made(), RECORDING_FILE), lines);
  return outcome;
}

async function codeOf({ suite }: Case): Promise<RecordingHeader["code"]> {
  if (suite.file === undefined) return undefined;
  const digest = await codeDigest(suite.file);
  return digest === undefined ? undefined : { file: portablePath(suite.file), digest };
}

function headerOf(
  { case: { name, suite }, identity, environment, variables, timeoutMs, ignoreFailure }: RunCaseOptions,
  startedAt: string,
  code: RecordingHeader["code"],
): RecordingHeader {
  const [first, ...others] = environment.nodes;
  return {
    kind: "recording",
    format: FORMAT,
    resultId: identity.resultId,
    suite: suite.name,
    case: name,
    startedAt,
    timeoutMs,
    ignoreFailure,
    variables,
    environment: {
      name: environment.name,
      facts: environment.facts,
      nodes: [first, ...others].map(({ name: node, index, isLocal, connection, capability }) => ({
        name: node,
        index,
        isLocal,
        connection,
        capability,
      })),
    },
    ...(code === undefined ? {} : { code }),
  };
}
