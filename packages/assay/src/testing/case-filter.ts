import type { CaseFilter } from "../runbook/types.ts";

/** A `testcase` entry that says nothing but what `given` says. */
export const caseFilter = (given: Partial<CaseFilter> = {}): CaseFilter => ({
  position: undefined,
  enabled: true,
  name: "",
  criteria: {},
  selectAction: "include",
  times: 1,
  retry: 0,
  timeoutMs: 0,
  useNewEnvironment: false,
  ignoreFailure: false,
  ...given,
});
