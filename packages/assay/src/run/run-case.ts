import { TimedOut } from "../errors/catalogue.ts";
import type { EventBody, EventOf, ResultIdentity } from "../events/types.ts";
import { describeCommand } from "../node/shell/command.ts";
import type { Environment } from "../platforms/platform.ts";
import { AssertionFailed } from "../suite/outcomes.ts";
import type { Case } from "../suite/suite.ts";
import { makeCaseContext } from "./case-context.ts";
import type { CaseFolder } from "./case-folder.ts";
import { watchSerial } from "./serial-watch.ts";
import { type CaseVerdict, PASSED, verdictOfError } from "./verdict-of-error.ts";

/** How long a case may take to end after it was told to; then it is left behind and its environment thrown away. */
const GRACE_MS = 30_000;
const SERIAL_TAIL_LINES = 40;

export interface RunCaseOptions {
  readonly case: Case;
  readonly identity: ResultIdentity;
  readonly environment: Environment;
  readonly folder: Pick<CaseFolder, "log" | "command" | "artifact" | "serial">;
  readonly variables: Readonly<Record<string, unknown>>;
  /** 0 means no limit. */
  readonly timeoutMs: number;
  readonly ignoreFailure: boolean;
  /** Cancels the run. */
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
}

export interface CaseOutcome {
  readonly finished: Omit<EventOf<"case-finished">, "seq" | "at">;
  /** The environment may serve another case. */
  readonly isReusable: boolean;
}

/** Runs one case on one environment: body, then the suite's `afterCase`, under time limit, panic watch and cancellation. */
export async function runCase(options: RunCaseOptions): Promise<CaseOutcome> {
  const { environment, folder, identity } = options;
  const startedMs = performance.now();
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const unobserve = environment.nodes.map((node) =>
    node.observe((completed, startedAt) =>
      folder.command(node.name, describeCommand(completed.command), completed, startedAt),
    ),
  );
  const watches = environment.nodes.map((node) => ({
    node: node.name,
    serial: watchSerial(node, (panic) => {
      options.emit({
        type: "kernel-panic",
        ...identity,
        node: node.name,
        category: panic.category,
        lines: panic.lines,
      });
      folder.log("warn", panic.lines.join("\n"));
      ended.abort(panic);
    }),
  }));
  environment.died.catch((error: unknown) => ended.abort(error));
  try {
    const { context, record } = makeCaseContext({ ...options, signal });
    const raise = async (): Promise<void> => {
      await options.case.body(context);
      if (record.failedSubtests.length > 0) {
        throw new AssertionFailed(
          `${record.failedSubtests.length} subtests failed. ${record.failedSubtests.join("; ")}`,
        );
      }
    };
    let verdict = await bounded("The case", raise, options.timeoutMs, ended, signal, options.ignoreFailure);
    const isStuck = signal.aborted;
    if (!isStuck) {
      const afterCase = options.case.suite.afterCase;
      if (afterCase !== undefined) {
        const after = await bounded(
          "After the case",
          () => afterCase(context),
          options.timeoutMs,
          ended,
          signal,
          false,
        );
        if (after.status === "FAILED") {
          folder.log("warn", `The clean-up after the case failed: ${after.message}`);
          verdict = { ...verdict, isEnvironmentBad: verdict.isEnvironmentBad || after.isEnvironmentBad };
        }
      }
    }
    for (const { node, serial } of watches) {
      if (serial !== undefined) {
        folder.serial(node, serial.text(), environment.nodes.length === 1);
      }
    }
    if (verdict.stack !== undefined) {
      folder.log("warn", verdict.stack);
    }
    folder.log("info", `${verdict.status} ${verdict.message}`);
    const serialTail =
      verdict.status === "FAILED" ? tail(watches.map(({ serial }) => serial?.text() ?? "").join("")) : "";
    return {
      finished: {
        type: "case-finished",
        ...identity,
        status: verdict.status,
        message: verdict.message,
        ...(verdict.failureClass === undefined ? {} : { failureClass: verdict.failureClass }),
        ...(verdict.warning === undefined ? {} : { warning: verdict.warning }),
        ...(verdict.stack === undefined ? {} : { stack: verdict.stack }),
        ...(serialTail === "" ? {} : { serialTail }),
        durationMs: Math.round(performance.now() - startedMs),
        rebootMs: Math.round(record.rebootMs),
        environment: environment.name,
      },
      isReusable: !verdict.isEnvironmentBad && !record.isDirty && !isStuck,
    };
  } finally {
    for (const stop of unobserve) {
      stop();
    }
    for (const { serial } of watches) {
      serial?.[Symbol.dispose]();
    }
  }
}

/**
 * Runs `body` until it ends, its time is over or `signal` aborts. The reason of the abort is the verdict, whatever the
 * body makes of it, because commands that were cut off report misleading errors.
 */
async function bounded(
  what: string,
  body: () => Promise<void>,
  timeoutMs: number,
  ended: AbortController,
  signal: AbortSignal,
  ignoreFailure: boolean,
): Promise<CaseVerdict> {
  const timer =
    timeoutMs > 0
      ? setTimeout(() => ended.abort(new TimedOut(`${what} was not over after ${timeoutMs / 1000} s.`)), timeoutMs)
      : undefined;
  try {
    const own = body().then(
      () => PASSED,
      (error: unknown) => verdictOfError(error, ignoreFailure),
    );
    const verdict = await Promise.race([own, leftBehind(own, signal)]);
    return signal.aborted ? verdictOfError(signal.reason, ignoreFailure) : verdict;
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves GRACE_MS after the abort, for a body that does not end by itself; the caller then uses the abort's reason. */
function leftBehind(own: Promise<CaseVerdict>, signal: AbortSignal): Promise<CaseVerdict> {
  return new Promise((resolve) => {
    const onAbort = (): void => {
      const grace = setTimeout(() => resolve(PASSED), GRACE_MS);
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

function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-SERIAL_TAIL_LINES).join("\n");
}
