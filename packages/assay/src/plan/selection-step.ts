import type { CaseCriteria, CaseFilter } from "../runbook/types.ts";
import type { Case } from "../suite/suite.ts";

/** How a selected case is to be run. */
export interface CaseSettings {
  readonly times: number;
  readonly retry: number;
  readonly timeoutMs: number;
  readonly useNewEnvironment: boolean;
  readonly ignoreFailure: boolean;
}

/** What one filter did to one case, in the order of the filters. */
export type SelectionStep =
  | { readonly kind: "disabled"; readonly filter: CaseFilter }
  /** The filter is about other cases; `criteria` are those that did not match. */
  | { readonly kind: "unmatched"; readonly filter: CaseFilter; readonly criteria: readonly (keyof CaseCriteria)[] }
  /** It matches, and its action has nothing to do: `none` and `exclude` work on cases that are selected already. */
  | { readonly kind: "idle"; readonly filter: CaseFilter }
  | { readonly kind: "added"; readonly filter: CaseFilter; readonly settings: CaseSettings }
  | {
      readonly kind: "changed";
      readonly filter: CaseFilter;
      readonly before: CaseSettings;
      readonly settings: CaseSettings;
    }
  | { readonly kind: "removed"; readonly filter: CaseFilter }
  /** An earlier filter forced the case in or out, so that this one has no effect. */
  | { readonly kind: "refused"; readonly filter: CaseFilter; readonly by: CaseFilter }
  /** Forced in by one and out by the other: an error. */
  | { readonly kind: "conflict"; readonly filter: CaseFilter; readonly by: CaseFilter }
  /** Without any filter every case is a candidate. */
  | { readonly kind: "unfiltered"; readonly settings: CaseSettings }
  /** The last gate: cases that are not stable stay only when a filter asked for them. */
  | { readonly kind: "gate"; readonly outcome: "dropped" }
  | { readonly kind: "gate"; readonly outcome: "forced" | "approved"; readonly by: CaseFilter };

/** Hears every step, in the order of the filters. */
export type SelectionListener = (testCase: Case, step: SelectionStep) => void;
