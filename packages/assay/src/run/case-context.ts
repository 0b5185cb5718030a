import type { FailureClass } from "../errors/assay-error.ts";
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
export class CaseRecord {
  readonly failedSubtests: { readonly text: string; readonly failureClass: FailureClass | undefined }[] = [];
  /** Of subtests that passed with one. */
  readonly warnings: string[] = [];
  rebootMs = 0;
  isDirty = false;
}

/** Makes what one phase of a case gets to work with; what it does is noted in `record`. */
export function makeCaseContext(parts: ContextParts, record: CaseRecord): CaseContext {
  const { identity, folder, signal, emit } = parts;
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
  return {
    node,
    environment,
    signal,
    variables: parts.variables,
    log: { info: note("info"), warn: note("warn") },
    metric(name, value, unit, details = {}) {
      folder.log("info", `metric ${name} = ${value} ${unit}`);
      emit({ type: "case-metric", ...details, ...identity, name, value, unit });
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
      let raised: unknown;
      const verdict = await body().then(
        () => PASSED,
        (error: unknown) => {
          raised = error;
          return verdictOfError(error, false);
        },
      );
      signal.throwIfAborted();
      const durationMs = Math.round(performance.now() - startedMs);
      folder.log("info", `subtest ${name}: ${verdict.status} ${verdict.message}`);
      emit({ type: "case-subtest", ...identity, name, status: verdict.status, message: verdict.message, durationMs });
      // Without its machine the case is over: further parts would all fail for the same reason.
      if (verdict.isEnvironmentBad) throw raised;
      if (verdict.status === "FAILED") {
        record.failedSubtests.push({ text: `${name}: ${verdict.message}`, failureClass: verdict.failureClass });
      }
      if (verdict.warning !== undefined) record.warnings.push(`${name}: ${verdict.warning}`);
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
}
