import { UsageError } from "../errors/catalogue.ts";
import type { MetricDetails } from "../events/types.ts";
import type { Node } from "../node/node.ts";
import type { Environment } from "../platforms/platform.ts";
import type { CaseRequirement } from "./requirement.ts";

export type Maturity = "experimental" | "preview" | "stable" | "deprecated";
export type Priority = 0 | 1 | 2 | 3 | 4 | 5;

export interface CaseLog {
  info(text: string): void;
  warn(text: string): void;
}

/** What a case gets to work with. */
export interface CaseContext {
  readonly node: Node;
  readonly environment: Environment;
  /** Lines go into the case's log file and the report. */
  readonly log: CaseLog;
  /** Variables of the runbook that cases may see. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Aborts when the case times out, its guest panics or the run is cancelled. */
  readonly signal: AbortSignal;
  /** Records a number with its unit; `relativity` says in which direction it is better, which criteria go by. */
  metric(name: string, value: number, unit: string, details?: MetricDetails): void;
  /** Adds a file to the case's folder and to the report. */
  artifact(name: string, data: string | Uint8Array): Promise<void>;
  /** Runs a part with a verdict of its own; a failing part makes the case fail at its end. */
  subtest(name: string, body: () => Promise<void>): Promise<void>;
  /** Ends the case as SKIPPED. */
  skip(reason: string): never;
  /** Ends the case as PASSED with a warning. */
  passWithWarning(reason: string): never;
  /** Fails the case when `condition` does not hold. The message says what was found and what was expected. */
  expect(condition: boolean, message: string): void;
  /** Ends the case as FAILED. */
  fail(message: string): never;
  /** The environment must not be used for another case; the verdict is not touched. */
  markDirty(): void;
}

export interface CaseDefinition {
  /** What the case proves, one sentence a user understands. */
  readonly about: string;
  readonly priority: Priority;
  readonly timeoutMs?: number;
  readonly requires?: CaseRequirement;
  readonly maturity?: Maturity;
  readonly tags?: readonly string[];
  readonly useNewEnvironment?: boolean;
  /** The case makes the kernel panic: a panic is told and does not fail it, and no other case gets its machines. */
  readonly panicIsExpected?: boolean;
}

export type CaseBody = (context: CaseContext) => Promise<void>;

export interface Case extends CaseDefinition {
  readonly name: string;
  readonly suite: Suite;
  readonly body: CaseBody;
  readonly timeoutMs: number;
  readonly maturity: Maturity;
  readonly tags: readonly string[];
  readonly requires: CaseRequirement;
}

export interface SuiteDefinition {
  readonly area: string;
  /** `functional`, `performance`, `stress` or `community`. Default `functional`. */
  readonly category?: string;
  readonly about: string;
  readonly tags?: readonly string[];
  /**
   * Runs before the body of every case. What it raises is the verdict and the body is not run: an error is FAILED with
   * `before_case failed. …`, a skip SKIPPED, `passWithWarning` PASSED. Has the case's time limit for itself.
   */
  readonly beforeCase?: CaseBody;
  /**
   * Runs after the body of every case, whatever its verdict, unless the machine is gone; an error here is logged and
   * never changes the verdict. Has the case's time limit for itself, 30 s when the case was ended.
   */
  readonly afterCase?: CaseBody;
  /** Requirements that hold for each case unless the case states its own value. */
  readonly requires?: CaseRequirement;
}

export interface Suite {
  readonly name: string;
  /** The file that defines it; undefined where the runtime does not tell. */
  readonly file: string | undefined;
  readonly area: string;
  readonly category: string;
  readonly about: string;
  readonly beforeCase: CaseBody | undefined;
  readonly afterCase: CaseBody | undefined;
  readonly cases: readonly Case[];
}

/** Upstream's default time limit of a case: one hour. */
const DEFAULT_CASE_TIMEOUT_MS = 3_600_000;

interface SuiteBuilder {
  test(name: string, definition: CaseDefinition, body: CaseBody): void;
}

/** LISA refuses these too: cases are scheduled one by one, so a suite as a whole has no beginning and no end. */
const SUITE_HOOKS = ["beforeSuite", "afterSuite", "before_suite", "after_suite"];

/**
 * Defines a suite; the default export of a suite file. Throws UsageError for hooks that there are not.
 *
 * @example
 * export default suite("Cpu", { area: "cpu", about: "Processors." }, ({ test }) => {
 *   test("verify_cpu_count", { about: "…", priority: 1 }, async ({ node, expect }) => { … });
 * });
 */
export function suite(name: string, definition: SuiteDefinition, define: (builder: SuiteBuilder) => void): Suite {
  for (const hook of SUITE_HOOKS.filter((each) => each in definition)) {
    throw new UsageError(`Suite '${name}' has '${hook}', which never runs.`, {
      help: "Use 'beforeCase' and 'afterCase': cases of a suite run one by one, on different machines.",
    });
  }
  const cases: Case[] = [];
  const names = new Set<string>();
  const made: Suite = {
    name,
    file: callerFile(new Error().stack),
    area: definition.area,
    category: definition.category ?? "functional",
    about: definition.about,
    beforeCase: definition.beforeCase,
    afterCase: definition.afterCase,
    cases,
  };
  define({
    test(caseName, own, body) {
      if (names.has(caseName)) throw new Error(`Suite '${name}' defines case '${caseName}' twice.`);
      names.add(caseName);
      cases.push({
        ...own,
        name: caseName,
        suite: made,
        body,
        timeoutMs: own.timeoutMs ?? DEFAULT_CASE_TIMEOUT_MS,
        maturity: own.maturity ?? "stable",
        tags: [...(own.tags ?? []), ...(definition.tags ?? [])],
        requires: { ...definition.requires, ...own.requires },
      });
    },
  });
  return made;
}

/** The file of the second place on the stack: who called the function that took the stack. */
function callerFile(stack: string | undefined): string | undefined {
  const [, file] = /((?:file:\/\/)?\/[^()\s]+?)(?::\d+){1,2}\)?$/.exec(stack?.split("\n")[2] ?? "") ?? [];
  return file?.startsWith("file:") ? decodeURIComponent(new URL(file).pathname) : file;
}

/** Minutes in milliseconds, for case time limits. */
export const minutes = (count: number): number => count * 60_000;
/** Seconds in milliseconds. */
export const seconds = (count: number): number => count * 1000;
