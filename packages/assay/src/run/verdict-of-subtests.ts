import type { CaseRecord } from "./case-context.ts";
import type { CaseVerdict } from "./verdict-of-error.ts";

/**
 * The verdict of a case with its parts: parts that failed fail a case that passed or skipped, parts that warned add to
 * its warning. It is the image's fault when one part says so, else the fault of the first part that failed.
 */
export function withSubtests(own: CaseVerdict, record: CaseRecord, ignoreFailure: boolean): CaseVerdict {
  if (own.status === "FAILED" || own.status === "ATTEMPTED") return own;
  const { failedSubtests } = record;
  const [first] = failedSubtests;
  if (first !== undefined) {
    const count = `${failedSubtests.length} ${failedSubtests.length === 1 ? "subtest" : "subtests"} failed.`;
    const isProduct = failedSubtests.some(({ failureClass }) => failureClass === "product");
    return {
      status: ignoreFailure ? "ATTEMPTED" : "FAILED",
      message: `${count} ${failedSubtests.map(({ text }) => text).join("; ")}`,
      failureClass: isProduct ? "product" : (first.failureClass ?? "test"),
      isEnvironmentBad: false,
    };
  }
  if (own.status === "SKIPPED" || record.warnings.length === 0) return own;
  const warning = [...record.warnings, ...(own.warning === undefined ? [] : [own.warning])].join("; ");
  return { ...own, message: `warning: ${warning}`, warning };
}
