import { TimedOut } from "../errors/catalogue.ts";
import { type CaseVerdict, type Phase, verdictOfError } from "./verdict-of-error.ts";

/** How long a phase may take to end after it was told to; then it is left behind and its environment thrown away. */
export const GRACE_MS = 30_000;

export interface PhaseOptions {
  readonly phase: Phase;
  /** 0 means no limit. */
  readonly timeoutMs: number;
  readonly ignoreFailure: boolean;
  /** Ends it: the run was cancelled or the machine is gone. */
  readonly signal: AbortSignal;
}

export interface PhaseEnd {
  readonly verdict: CaseVerdict;
  /** It was ended, by its time limit or from outside. */
  readonly wasEnded: boolean;
}

const SUBJECT: Readonly<Record<Phase, string>> = {
  "": "The case",
  before_case: "What comes before the case",
  after_case: "What comes after the case",
  check: "The look at the kernel's log",
  deployment: "The deployment",
};

/**
 * Runs one phase of a case until it ends, its time is over or `signal` aborts; `body` gets a signal for all of these, on
 * which its commands end. The reason of the abort is the verdict, whatever the body makes of it, because commands that
 * were cut off report misleading errors.
 */
export async function runPhase(
  options: PhaseOptions,
  body: (signal: AbortSignal) => Promise<CaseVerdict>,
): Promise<PhaseEnd> {
  const { phase, timeoutMs, ignoreFailure } = options;
  const late = new AbortController();
  const signal = AbortSignal.any([options.signal, late.signal]);
  const message = `${SUBJECT[phase]} was not over after ${timeoutMs / 1000} s.`;
  const timer = timeoutMs > 0 ? setTimeout(() => late.abort(new TimedOut(message)), timeoutMs) : undefined;
  try {
    const own = begin(body, signal).catch((error: unknown) => verdictOfError(error, ignoreFailure, phase));
    const verdict = await Promise.race([own, leftBehind(own, signal)]);
    return signal.aborted || verdict === undefined
      ? { verdict: verdictOfError(signal.reason, ignoreFailure, phase), wasEnded: true }
      : { verdict, wasEnded: false };
  } finally {
    clearTimeout(timer);
  }
}

/** What a body throws before its first await is a rejection as well. */
async function begin(body: (signal: AbortSignal) => Promise<CaseVerdict>, signal: AbortSignal): Promise<CaseVerdict> {
  return await body(signal);
}

/** Resolves GRACE_MS after the abort, for a body that does not end by itself. */
function leftBehind(own: Promise<CaseVerdict>, signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const onAbort = (): void => {
      const grace = setTimeout(() => resolve(undefined), GRACE_MS);
      own.finally(() => clearTimeout(grace));
    };
    if (signal.aborted) {
      onAbort();
    } else {
      signal.addEventListener("abort", onAbort, { once: true });
      own.finally(() => signal.removeEventListener("abort", onAbort));
    }
  });
}
