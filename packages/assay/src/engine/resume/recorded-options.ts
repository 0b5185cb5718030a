import type { RunInputs } from "../../events/types.ts";
import { SCHEDULE_POLICIES } from "../../plan/order.ts";
import { hostLimitText, parseHostLimit } from "../../run/capacity/host-limit.ts";
import type { TestRunOptions } from "../run-options.ts";
import type { LoadRunbookOptions } from "../runbook-file.ts";

type Recorded = RunInputs["options"];

/** What changes how the runbook is read. */
type LoadingOptions = {
  readonly [Key in "platform" | "isCompatible"]?: LoadRunbookOptions[Key] | undefined;
};

/** What changes what is run, under the names of the command line, in which journals have always had it. */
export function recordOptions(options: TestRunOptions, { platform, isCompatible = false }: LoadingOptions): Recorded {
  const { image, imageChecksum, kernel, initrd, cmdline } = options;
  const { record = false, diagnosticsMs, pollution, repeatFailures, schedule, hostLimit } = options;
  return {
    record,
    ...(platform !== undefined && { platform }),
    ...(isCompatible && { compat: true }),
    ...(image !== undefined && { image }),
    ...(imageChecksum !== undefined && { imageChecksum }),
    ...(kernel !== undefined && { kernel }),
    ...(initrd !== undefined && { initrd }),
    ...(cmdline !== undefined && { cmdline }),
    ...(diagnosticsMs !== undefined && { diagnostics: diagnosticsMs / 1000 }),
    ...(pollution !== undefined && { pollution }),
    ...(repeatFailures !== undefined && { repeatFailures }),
    ...(schedule !== undefined && { schedule }),
    ...(hostLimit !== undefined && { hostLimit: hostLimitText(hostLimit) }),
  };
}

/** The options that `recordOptions` wrote; what a journal does not have, or has otherwise, is left out. */
export function recordedOptions(
  recorded: Recorded,
): TestRunOptions & Pick<LoadRunbookOptions, "platform" | "isCompatible"> {
  const { image, imageChecksum, kernel, initrd, cmdline } = recorded;
  const { platform, record, diagnostics, pollution, repeatFailures, hostLimit } = recorded;
  const schedule = SCHEDULE_POLICIES.find((policy) => policy === recorded.schedule);
  return {
    ...(typeof platform === "string" && { platform }),
    ...(recorded.compat === true && { isCompatible: true }),
    ...(typeof image === "string" && { image }),
    ...(typeof imageChecksum === "string" && { imageChecksum }),
    ...(typeof kernel === "string" && { kernel }),
    ...(typeof initrd === "string" && { initrd }),
    ...(typeof cmdline === "string" && { cmdline }),
    ...(typeof record === "boolean" && { record }),
    ...(typeof diagnostics === "number" && { diagnosticsMs: diagnostics * 1000 }),
    ...((pollution === "auto" || pollution === "on" || pollution === "off") && { pollution }),
    ...(typeof repeatFailures === "number" && { repeatFailures }),
    ...(schedule !== undefined && { schedule }),
    ...(typeof hostLimit === "string" && { hostLimit: parseHostLimit(hostLimit, "The limit of the run") }),
  };
}
