import type { EventBody, ResultIdentity } from "../events/types.ts";
import type { Environment } from "../platforms/platform.ts";
import { AssertionFailed, PassedWithWarning, Skipped } from "../suite/outcomes.ts";
import type { CaseContext } from "../suite/suite.ts";
import { formatBytes } from "../units/readable.ts";
import type { CaseFolder } from "./case-folder.ts";
import { PASSED, verdictOfError } from "./verdict-of-error.ts";

export interface ContextParts {
  readonly identity: ResultIdentity;
  readonly environment: Environment;
  readonly folder: Pick<CaseFolder, "log" | "artifact">;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
}

/** What happened inside a case besides its end. */
export interface ContextRecord {
  readonly failedSubtests: readonly string[];
  readonly rebootMs: number;
  readonly isDirty: boolean;
}

/** Makes what a case gets to work with, and the record of what it did with it. */
export function makeCaseContext(parts: ContextParts): { context: CaseContext; record: ContextRecord } {
  const { identity, folder, signal, emit } = parts;
  const record = { failedSubtests: [] as string[], rebootMs: 0, isDirty: false };
  const note = (level: "info" | "warn") => (text: string) => {
    folder.log(level, text);
    emit({ type: "case-log", ...identity, level, text });
  };
  const fail = (message: string): never => {
    throw new AssertionFailed(message);
  };
  // Everything a case touches ends when the case does.
  const nodes = parts.environment.nodes.map((node) => node.withSignal(signal));
  const [node = fail("The environment has no node.")] = nodes;
  const environment: Environment = {
    name: parts.environment.name,
    nodes: [node, ...nodes.slice(1)],
    facts: parts.environment.facts,
    died: parts.environment.died,
    [Symbol.asyncDispose]: async () => fail("A case must not delete its environment; use markDirty()."),
  };
  const context: CaseContext = {
    node,
    environment,
    signal,
    variables: parts.variables,
    log: { info: note("info"), warn: note("warn") },
    metric(name, value, unit) {
      folder.log("info", `metric ${name} = ${value} ${unit}`);
      emit({ type: "case-metric", ...identity, name, value, unit });
      // Reboots are the guest's time, not the case's: they are shown apart.
      if (name === "reboot" && unit === "s") {
        record.rebootMs += value * 1000;
      }
    },
    async artifact(name, data) {
      const path = await folder.artifact(name, data);
      const sizeBytes = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
      folder.log("info", `artifact ${name}, ${formatBytes(sizeBytes)}`);
      emit({ type: "case-artifact", ...identity, name, path, sizeBytes });
    },
    async subtest(name, body) {
      const startedMs = performance.now();
      const verdict = await body().then(
        () => PASSED,
        (error: unknown) => verdictOfError(error, false),
      );
      signal.throwIfAborted();
      const durationMs = Math.round(performance.now() - startedMs);
      folder.log("info", `subtest ${name}: ${verdict.status} ${verdict.message}`);
      emit({ type: "case-subtest", ...identity, name, status: verdict.status, message: verdict.message, durationMs });
      if (verdict.status === "FAILED") {
        record.failedSubtests.push(`${name}: ${verdict.message}`);
      }
    },
    skip(reason) {
      throw new Skipped(reason);
    },
    passWithWarning(reason) {
      throw new PassedWithWarning(reason);
    },
    expect(condition, message) {
      if (!condition) {
        fail(message);
      }
    },
    fail,
    markDirty() {
      record.isDirty = true;
    },
  };
  return { context, record };
}
