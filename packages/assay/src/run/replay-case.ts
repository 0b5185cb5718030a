import type { FailureClass } from "../errors/assay-error.ts";
import type { FinalStatus } from "../events/types.ts";
import type { Recording } from "../recording/format.ts";
import { callText } from "../recording/replay/call-text.ts";
import type { Divergence } from "../recording/replay/divergence.ts";
import { replayEnvironment } from "../recording/replay/replay-environment.ts";
import { ReplaySession } from "../recording/replay/replay-session.ts";
import { onClock } from "../recording/replay/time/replaced-time.ts";
import type { Case } from "../suite/suite.ts";
import { type RunCaseOptions, runCase } from "./run-case.ts";

export interface ReplayVerdict {
  readonly status: FinalStatus;
  readonly message: string;
  readonly failureClass?: FailureClass;
}

export interface Replayed {
  /** No divergence, and the same status and failure class. */
  readonly isAsRecorded: boolean;
  readonly recorded: ReplayVerdict;
  /** Of the code as it is now; says nothing about the guest when the replay diverged. */
  readonly verdict: ReplayVerdict;
  /** Where the code first left the recording. */
  readonly divergence: Divergence | undefined;
  /** Recorded calls that were not made, as text. */
  readonly missing: readonly string[];
  /** How long the case took when it was recorded, and how long the replay took. */
  readonly recordedMs: number;
  readonly elapsedMs: number;
}

/** A replay leaves nothing behind. */
const NO_FOLDER: RunCaseOptions["folder"] = {
  log: () => undefined,
  command: () => undefined,
  serial: () => undefined,
  artifact: async (name) => name,
};

/**
 * Runs the code of a case against a recording of it. No machine is touched and no time is waited for: timers, clocks and
 * answers go by the recording's times. `signal` cancels it.
 */
export async function replayCase(recording: Recording, testCase: Case, signal: AbortSignal): Promise<Replayed> {
  const { header, entries } = recording;
  const finished = entries.find((entry) => entry.kind === "finished");
  if (finished === undefined) throw new TypeError(`The recording of '${header.resultId}' has no verdict.`);
  const session = new ReplaySession(recording, testCase.suite.file);
  const startedMs = performance.now();
  const options: RunCaseOptions = {
    case: testCase,
    identity: { resultId: header.resultId, suite: header.suite, case: header.case },
    environment: replayEnvironment(recording, session),
    folder: NO_FOLDER,
    variables: header.variables,
    timeoutMs: header.timeoutMs,
    ignoreFailure: header.ignoreFailure,
    signal,
    emit: () => undefined,
  };
  const running = onClock(session.clock, () => runCase(options));
  const outcome = await session.clock.drive(running, () => void session.diverge({ kind: "stuck", node: undefined }));
  const verdict = verdictOf(outcome.finished);
  const recorded = verdictOf(finished);
  const missing = session.left.map(callText);
  const divergence = session.divergence ?? firstMissing(session);
  return {
    isAsRecorded: divergence === undefined && isSame(verdict, recorded),
    recorded,
    verdict,
    divergence,
    missing,
    recordedMs: finished.at,
    elapsedMs: performance.now() - startedMs,
  };
}

function firstMissing({ left }: ReplaySession): Divergence | undefined {
  const [call] = left;
  if (call === undefined) return undefined;
  const expected = callText(call);
  return { kind: "missing", node: call.node, expected, got: undefined, next: expected, at: undefined };
}

function verdictOf({ status, message, failureClass }: ReplayVerdict): ReplayVerdict {
  return { status, message, ...(failureClass === undefined ? {} : { failureClass }) };
}

const isSame = (one: ReplayVerdict, other: ReplayVerdict): boolean =>
  one.status === other.status && one.failureClass === other.failureClass;
