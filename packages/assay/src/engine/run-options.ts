import type { Notifier } from "../notifiers/notifier.ts";
import type { SchedulePolicy } from "../plan/order.ts";
import type { HostLimit } from "../run/capacity/host-limit.ts";
import type { Diagnostic } from "../runbook/types.ts";
import type { LoadRunbookOptions } from "./runbook-file.ts";

/** How a runbook is run. Everything may be left out. */
export interface TestRunOptions {
  /** Names of cases, as `case` or `Suite.case`, in the order in which they start. Default: those the runbook selects. */
  readonly cases?: readonly string[];
  /** Image to test, a path or the name of a recipe, in place of the runbook's; for the platform `qemu` only. */
  readonly image?: string;
  /** What the image must be: `sha256:HEX`, `sha512:HEX` or a file with checksums. */
  readonly imageChecksum?: string;
  /** Kernel to boot instead of the image's: a file, a Debian package, or a flavour or release for an image of a recipe. */
  readonly kernel?: string;
  /** Initial RAM disk of the kernel. */
  readonly initrd?: string;
  /** Kernel parameters that are added to the image's own. */
  readonly cmdline?: string;
  /** Cancels the run in good order; the verdict is then `interrupted`. */
  readonly signal?: AbortSignal;
  /** Folder of the run folders. Default: `runs` in the working directory. */
  readonly logPath?: string;
  /** Name of the run folder. Default: the time and the runbook's name. */
  readonly id?: string;
  /** Stores what each case asks of its machines, for `replay`. Default: false. */
  readonly record?: boolean;
  /** Reports that are written into the run folder besides those the runbook asks for. Default: both. */
  readonly reports?: readonly ("html" | "junit")[];
  /** What else hears of each event, or functions that make it once the run folder is there. */
  readonly notifiers?: readonly (Notifier | MakeNotifier)[];
  /** How long, in milliseconds, a machine on which a case failed may take to tell how it is; 0: it is not asked. Default: 20000. */
  readonly diagnosticsMs?: number;
  /** Where to look for what cases leave behind: `auto` (the default) where machines are shared. */
  readonly pollution?: "auto" | "on" | "off";
  /** How many more times a failed case is run, on fresh machines, to see how often it fails. Default: 0. */
  readonly repeatFailures?: number;
  /**
   * What comes first: what the lowest priority number says (`priority`, the default), the cheapest environments (`cost`),
   * or what failed in the last run of the same runbook below `logPath` (`fail-fast`).
   */
  readonly schedule?: SchedulePolicy;
  /** What the environments together may take of this host. Default: what is free (`auto`). */
  readonly hostLimit?: HostLimit;
  /** Hears what is no event of the run, because it happens before the journal or while it cannot be written. What it throws ends the run. */
  readonly onNotice?: (notice: RunNotice) => void;
}

/** Makes a notifier for one run. */
export type MakeNotifier = (place: NotifierPlace) => Notifier;

export interface NotifierPlace {
  readonly runFolder: string;
  /** Paths of the reports that will be written. */
  readonly reports: readonly string[];
  /** From which level on the runbook wants to see lines, such as `WARNING`. */
  readonly logLevel?: string | undefined;
}

/** Something a person may want to know that is no event of the run; `text` says all of it in words, without secrets. */
export type RunNotice = { readonly text: string } & (
  | { readonly kind: "diagnostic"; readonly diagnostic: Diagnostic }
  /** A step of making an image; it is over when `elapsedMs` is there. */
  | {
      readonly kind: "image";
      readonly step: string;
      readonly detail: string | undefined;
      readonly elapsedMs: number | undefined;
    }
  /** The disk of the run folder is full, or has room again. */
  | { readonly kind: "disk" }
  /** What the runbook asks for cannot be had, and the run goes on without it. */
  | { readonly kind: "criteria" }
  /** Of a run that is gone on with: it is over already, or what it had left behind was removed. */
  | { readonly kind: "resume" }
);

/** How a run is gone on with: image, cases and the like are those of the first time. */
export interface ResumeOptions
  extends Pick<TestRunOptions, "signal" | "logPath" | "notifiers" | "reports" | "onNotice">,
    Pick<LoadRunbookOptions, "variables" | "secrets" | "environment" | "suites" | "extensions"> {
  /** Goes on although the runbook or its variables have changed: what is final stands. Default: false. */
  readonly acceptChanges?: boolean;
}
