import { KernelPanic } from "../errors/catalogue.ts";
import type { EventBody, EventOf, ResultIdentity } from "../events/types.ts";
import { describeCommand } from "../node/shell/command.ts";
import type { Environment } from "../platforms/platform.ts";
import type { Case, CaseBody } from "../suite/suite.ts";
import { CaseRecord, makeCaseContext } from "./case-context.ts";
import type { CaseFolder } from "./case-folder.ts";
import { GRACE_MS, type PhaseEnd, runPhase } from "./case-phase.ts";
import { type CaseVerdict, PASSED, type Phase, verdictOfError } from "./verdict-of-error.ts";
import { withSubtests } from "./verdict-of-subtests.ts";
import { watchPanic } from "./watch-panic.ts";

const SERIAL_TAIL_LINES = 40;

export interface RunCaseOptions {
  readonly case: Case;
  readonly identity: ResultIdentity;
  readonly environment: Environment;
  readonly folder: Pick<CaseFolder, "log" | "command" | "artifact" | "serial">;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Of each phase; 0 means no limit. */
  readonly timeoutMs: number;
  readonly ignoreFailure: boolean;
  /** Cancels the run. */
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
  /**
   * Called when the case has failed on a machine that may still answer, before anything is tidied up. Its time is not
   * counted as the case's, and what it throws ends the run.
   */
  readonly onFailure?: () => Promise<void>;
}

export interface CaseOutcome {
  readonly finished: Omit<EventOf<"case-finished">, "seq" | "at">;
  /** The environment may serve another case. */
  readonly isReusable: boolean;
}

/**
 * Runs one case on one environment: the suite's `beforeCase`, the body, the suite's `afterCase`, each under the time
 * limit, all under panic watch and cancellation.
 */
export async function runCase(options: RunCaseOptions): Promise<CaseOutcome> {
  const { environment, folder, identity } = options;
  const startedMs = performance.now();
  const record = new CaseRecord();
  using watch = watchMachines(options);
  const end = await runPhases(options, record, watch.gone);
  const { wasEnded, apartMs } = end;
  // A kernel that panicked in the last moment fails also a case that had passed by then.
  const verdict = (await watch.panicked()) ?? end.verdict;
  watch.keepSerial();
  if (verdict.stack !== undefined) {
    folder.log("warn", verdict.stack);
  }
  folder.log("info", `${verdict.status} ${verdict.message}`);
  const serialTail = verdict.status === "FAILED" ? watch.serialTail() : "";
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
      durationMs: Math.round(performance.now() - startedMs - apartMs),
      rebootMs: Math.round(record.rebootMs),
      environment: environment.name,
    },
    isReusable: !verdict.isEnvironmentBad && !record.isDirty && !wasEnded && !watch.hasPanicked,
  };
}

interface PhasesEnd extends PhaseEnd {
  /** Time that `onFailure` took. */
  readonly apartMs: number;
}

async function runPhases(options: RunCaseOptions, record: CaseRecord, gone: AbortSignal): Promise<PhasesEnd> {
  const { folder, timeoutMs, ignoreFailure } = options;
  const { suite, body } = options.case;
  const inPhase = (phase: Phase, limits: Partial<PhaseLimits>, run: CaseBody): Promise<PhaseEnd> =>
    runPhase(
      { phase, timeoutMs, ignoreFailure, signal: AbortSignal.any([options.signal, gone]), ...limits },
      async (signal) => {
        await run(makeCaseContext({ ...options, signal }, record));
        return PASSED;
      },
    );
  let end: PhaseEnd = { verdict: PASSED, wasEnded: false };
  let hasBody = true;
  if (suite.beforeCase !== undefined) {
    end = await inPhase("before_case", {}, suite.beforeCase);
    // Whatever it raised is the verdict, and the body is not run.
    hasBody = end.verdict === PASSED;
  }
  if (hasBody) end = await inPhase("", {}, body);
  let verdict = withSubtests(end.verdict, record, ignoreFailure);
  const isOver = options.signal.aborted || (gone.aborted && !mayAnswer(gone.reason));
  const apartMs = isFailure(verdict) && !isOver ? await timeOf(options.onFailure) : 0;
  // A machine that is gone needs no tidying up; one that is still there does, also when the run is being ended.
  if (suite.afterCase !== undefined && !gone.aborted) {
    const limits = end.wasEnded ? { timeoutMs: GRACE_MS, signal: gone } : {};
    const after = await inPhase("after_case", { ...limits, ignoreFailure: false }, suite.afterCase);
    if (after.verdict.status === "FAILED") {
      folder.log("warn", after.verdict.message);
      if (after.verdict.stack !== undefined) folder.log("warn", after.verdict.stack);
      verdict = { ...verdict, isEnvironmentBad: verdict.isEnvironmentBad || after.verdict.isEnvironmentBad };
    }
    return { verdict, wasEnded: end.wasEnded || after.wasEnded, apartMs };
  }
  return { verdict, wasEnded: end.wasEnded, apartMs };
}

interface PhaseLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly ignoreFailure: boolean;
}

/** A kernel often goes on after an oops or a lockup; after a panic it does not, nor does a boot loader. */
const mayAnswer = (gone: unknown): boolean =>
  gone instanceof KernelPanic && !gone.lines.some((line) => ENDED.test(line));
const ENDED = /Kernel panic - not syncing|system has halted|grub>/;

const isFailure = ({ status }: CaseVerdict): boolean => status === "FAILED" || status === "ATTEMPTED";

async function timeOf(work: RunCaseOptions["onFailure"]): Promise<number> {
  if (work === undefined) return 0;
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

interface MachineWatch extends Disposable {
  /** Aborts when a machine panics or dies, with what happened. */
  readonly gone: AbortSignal;
  /** A kernel panicked, whether the case meant it or not. */
  readonly hasPanicked: boolean;
  /** The verdict when a kernel panicked, now that nobody uses the machines any more. */
  panicked(): Promise<CaseVerdict | undefined>;
  /** Writes what the consoles printed into the case's folder. */
  keepSerial(): void;
  serialTail(): string;
}

/** Writes down the commands and consoles of all nodes and tells when a machine is gone. */
function watchMachines({
  case: { panicIsExpected },
  environment,
  folder,
  identity,
  emit,
}: RunCaseOptions): MachineWatch {
  const gone = new AbortController();
  let hasPanicked = false;
  const unobserve = environment.nodes.map((node) =>
    node.observe((completed, startedAt) =>
      folder.command(node.name, describeCommand(completed.command), completed, startedAt),
    ),
  );
  const watches = environment.nodes.map((node) => ({
    node: node.name,
    serial: watchPanic(node, (panic) => {
      const { category, lines } = panic;
      hasPanicked = true;
      if (panicIsExpected === true) return folder.log("info", `as expected: ${panic.message}`);
      emit({ type: "kernel-panic", ...identity, node: node.name, category, lines });
      folder.log("warn", panic.lines.join("\n"));
      gone.abort(panic);
    }),
  }));
  environment.died.catch((error: unknown) => gone.abort(error));
  return {
    gone: gone.signal,
    get hasPanicked() {
      return hasPanicked;
    },
    async panicked() {
      await Promise.all(watches.map(({ serial }) => serial?.settled()));
      return gone.signal.reason instanceof KernelPanic ? verdictOfError(gone.signal.reason, false) : undefined;
    },
    keepSerial() {
      for (const { node, serial } of watches) {
        if (serial !== undefined) folder.serial(node, serial.text(), environment.nodes.length === 1);
      }
    },
    serialTail() {
      const spoken = watches.filter(({ serial }) => serial !== undefined && serial.text().trim() !== "");
      // Of several consoles each gets its part: what one says last must not push out another's panic.
      const tails = spoken.map(({ node, serial }) => {
        const lines = serial?.text().trimEnd().split("\n") ?? [];
        const tail = lines.slice(-Math.floor(SERIAL_TAIL_LINES / spoken.length));
        return [...(watches.length === 1 ? [] : [`${node}:`]), ...tail].join("\n");
      });
      return tails.join("\n");
    },
    [Symbol.dispose]() {
      for (const stop of unobserve) stop();
      for (const { serial } of watches) serial?.[Symbol.dispose]();
    },
  };
}
