import { existsSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { RunFold } from "../../events/folds/run-fold.ts";
import type { Notifier } from "../notifier.ts";
import { makePaint, wantsColour } from "../paint.ts";
import { summaryLines } from "../summary-lines.ts";
import { levelNamed, levelOf } from "./event-level.ts";
import { eventLines } from "./event-lines.ts";
import { type ConsoleStream, LiveBlock } from "./live-block.ts";
import { LiveView } from "./live-view.ts";

import { statusLines } from "./status-lines.ts";

export interface ConsoleOptions {
  /** Normally standard error: standard output belongs to `--json`. */
  readonly stream: ConsoleStream;
  /** Its reports are named at the end, so close this notifier after those that write them. */
  readonly runFolder?: string;
  /** Paths of reports besides those that every run has; named at the end where they exist. */
  readonly reports?: readonly string[];
  /** Name of the level below which events leave no line; the end is always told. Default: all do. */
  readonly logLevel?: string | undefined;
  /** Draw a status block instead of plain lines. Default: what the stream says. */
  readonly isTty?: boolean;
  readonly color?: boolean;
  /** Width of lines; default: what the stream says at that moment, or 100. */
  readonly columns?: number;
  readonly now?: () => number;
  /** Calls `tick` once a second until the returned function is called; must not keep the process alive. */
  readonly everySecond?: (tick: () => void) => () => void;
}

const REPORTS = ["report.html", "junit.xml", "journal.ndjson"] as const;
const DEFAULT_COLUMNS = 100;

/** Shows a run while it goes on, and its results, verdict and reports when it is closed. */
export function consoleNotifier(options: ConsoleOptions): Notifier {
  const { stream, runFolder, now = Date.now, everySecond = unreferencedSecond } = options;
  const isLive = options.isTty ?? (stream.isTTY === true && process.env.TERM !== "dumb");
  const paint = makePaint(options.color ?? wantsColour(stream.isTTY === true, process.env));
  const columns = (): number => options.columns ?? stream.columns ?? DEFAULT_COLUMNS;
  const fold = new RunFold();
  const leastLevel = levelNamed(options.logLevel);
  const view = new LiveView();
  const block = new LiveBlock(stream);
  const statusBlock = (): string[] => (isLive ? statusLines(view, now(), columns(), paint) : []);
  let stopTicking: (() => void) | undefined;
  return {
    name: "console",
    onEvent(event) {
      fold.apply(event);
      const hasChanged = view.apply(event);
      const lines = levelOf(event) < leastLevel ? [] : eventLines(event, { isLive, paint });
      if (isLive) stopTicking ??= everySecond(() => block.draw([], statusBlock()));
      if (lines.length > 0 || (isLive && hasChanged)) block.draw(lines, statusBlock());
    },
    onPastEvent(event) {
      fold.apply(event);
      view.apply(event);
    },
    async close() {
      stopTicking?.();
      const usual = runFolder === undefined ? [] : REPORTS.map((name) => join(runFolder, name));
      const reports = [...new Set([...(options.reports ?? []), ...usual])].filter(existsSync);
      const folder = runFolder === undefined ? undefined : nearPath(runFolder);
      const lines = summaryLines(fold.summary(), { paint, columns: columns(), folder, reports: reports.map(nearPath) });
      block.draw(lines, []);
      return [];
    },
  };
}

/** The path as seen from the working directory when it lies below it. */
function nearPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === "" || near.startsWith("..") || isAbsolute(near) ? path : near;
}

function unreferencedSecond(tick: () => void): () => void {
  const timer = setInterval(tick, 1000).unref();
  return () => clearInterval(timer);
}
