import type { CombinationValues, EventOf, RunEvent } from "../../events/types.ts";
import { formatDuration } from "../../units/readable.ts";
import { clipEnd } from "../clip.ts";
import { type Paint, paintStatus } from "../paint.ts";
import { printable, printableLine } from "../printable.ts";
import { repetitionText } from "../repetition-text.ts";
import { nameOf } from "../result-name.ts";

const LINE_LENGTH = 400;
/** On a terminal a preparation step leaves a line only when it was long enough to be wondered about. */
const NOTABLE_STEP_MS = 1000;
/** Of what a case left behind; the rest is in the report. */
const NAMED_FINDINGS = 4;
const FINDING_LENGTH = 100;

/**
 * The lasting lines an event leaves. A terminal shows what goes on in its status block, so that only what is over
 * leaves a line; without one (`isLive` false) beginnings leave a line as well.
 */
export function eventLines(event: RunEvent, display: { readonly isLive: boolean; readonly paint: Paint }): string[] {
  const { isLive, paint } = display;
  switch (event.type) {
    case "run-started":
      return event.isPlanOpen === true
        ? [`run ${printableLine(event.run)}`]
        : [`run ${printableLine(event.run)}: ${cases(event.plan.length)} on ${printableLine(event.platform)}`];
    case "run-resumed":
      return [
        `the run goes on: ${event.again.length === 0 ? "no case was in flight" : `${cases(event.again.length)} in flight ${event.again.length === 1 ? "runs" : "run"} again`}`,
        ...event.changes.map((change) => paint("yellow", `changed: ${printableLine(change)}`)),
      ];
    case "plan-added": {
      const which = combinationText(event.combination);
      return [`${which === "" ? "" : `${which}: `}${cases(event.plan.length)} on ${printableLine(event.platform)}`];
    }
    case "transformer-started":
      return isLive ? [] : [paint("dim", `${transformerName(event)} …`)];
    case "transformer-finished": {
      const took = formatDuration(event.elapsedMs);
      return event.message === ""
        ? [paint("dim", `${transformerName(event)}, ${took}`)]
        : [paint("red", `${transformerName(event)} failed after ${took}: ${printableLine(event.message)}`)];
    }
    case "platform-progress":
      return progressLines(event, isLive, paint);
    case "environment-ready":
      return isLive ? [] : [`${printableLine(event.environment)}: ready in ${formatDuration(event.elapsedMs)}`];
    case "environment-failed":
      return [
        paint("red", `${printableLine(event.environment)}: ${printableLine(event.message)}`),
        ...(event.help === undefined ? [] : [`  ${printableLine(event.help)}`]),
        ...indented((event.serialTail ?? "").trimEnd(), 15),
      ];
    case "case-started":
      return isLive ? [] : [`started   ${nameOf(event)}${event.environment ? ` on ${event.environment}` : ""}`];
    case "case-finished":
      // A case that was skipped before it began is in the table at the end; hundreds of them would hide the rest here.
      return event.status === "SKIPPED" && event.environment === undefined ? [] : [finishedLine(event, paint)];
    case "case-pollution":
      return [paint("yellow", `${nameOf(event)} left behind on ${printableLine(event.node)}: ${leftBehind(event)}`)];
    case "case-evaluation":
      // Where it fails the case, the result says so.
      return event.missed === undefined || event.isFailure === true
        ? []
        : [paint("yellow", `${nameOf(event)}: ${clipEnd(printableLine(event.missed), LINE_LENGTH)}`)];
    case "case-analysis": {
      const { by, text, problem } = event;
      const told = clipEnd(printableLine(problem ?? text), LINE_LENGTH);
      return [paint(problem === undefined ? "dim" : "yellow", `${nameOf(event)}, analysed by ${by}: ${told}`)];
    }
    case "case-repeated": {
      const { time, times, durationMs, message } = event;
      const told = message === "" ? "" : `  ${clipEnd(printableLine(message), LINE_LENGTH)}`;
      const which = paint("dim", `once more, ${time} of ${times}: ${formatDuration(durationMs)}`);
      return [`${paintStatus(paint, event.status)} ${nameOf(event)}  ${which}${told}`];
    }
    case "kernel-panic":
      return [
        paint("red", `${nameOf(event)}: kernel ${printableLine(event.category)} on ${printableLine(event.node)}`),
        ...indented(event.lines.join("\n"), 8),
      ];
    case "health-changed":
    case "notice": {
      const help = event.type === "notice" ? event.help : undefined;
      const style = event.level === "error" ? "red" : event.level === "warn" ? "yellow" : "dim";
      const word = event.level === "warn" ? "warning" : event.level === "error" ? "error" : "note";
      return [
        paint(style, `${word}: ${printableLine(event.text)}`),
        ...(help === undefined ? [] : [`  ${printableLine(help)}`]),
      ];
    }
    default:
      return [];
  }
}

function progressLines(event: EventOf<"platform-progress">, isLive: boolean, paint: Paint): string[] {
  const isNotable = event.environment === undefined && (event.elapsedMs ?? 0) >= NOTABLE_STEP_MS;
  if (isLive && !isNotable) return [];
  const where = printableLine(event.environment ?? "prepare");
  const detail = event.detail === undefined ? "" : ` (${printableLine(event.detail)})`;
  const state = event.elapsedMs === undefined ? " …" : `, ${formatDuration(event.elapsedMs)}`;
  return [paint("dim", `${where}: ${printableLine(event.step)}${detail}${state}`)];
}

function finishedLine(event: EventOf<"case-finished">, paint: Paint): string {
  const message = clipEnd(printableLine(event.warning ?? event.message), LINE_LENGTH);
  const told = message === "" ? "" : `  ${event.warning === undefined ? message : paint("yellow", message)}`;
  const took = paint("dim", formatDuration(event.durationMs));
  const often = event.repetition === undefined ? "" : `  ${paint("yellow", repetitionText(event.repetition))}`;
  return `${paintStatus(paint, event.status)} ${nameOf(event)}  ${took}${told}${often}`;
}

function leftBehind({ findings, more }: EventOf<"case-pollution">): string {
  const named = findings.slice(0, NAMED_FINDINGS).map((finding) => clipEnd(printableLine(finding), FINDING_LENGTH));
  const left = findings.length - named.length + more;
  return `${named.join(", ")}${left === 0 ? "" : ` and ${left} more`}`;
}

/** The last `most` lines of text, set in. */
export function indented(text: string, most: number, indent = "  "): string[] {
  if (text === "") return [];
  const lines = printable(text).split("\n");
  const kept = lines.slice(-most).map((line) => `${indent}${clipEnd(line, LINE_LENGTH)}`);
  return lines.length > most ? [`${indent}…`, ...kept] : kept;
}

function transformerName(event: EventOf<"transformer-started" | "transformer-finished">): string {
  const where = [combinationText(event.combination), event.environment, event.node].filter(Boolean).join(" ");
  return printableLine(`transformer ${event.transformer} (${event.phase})${where === "" ? "" : ` on ${where}`}`);
}

/** `[image=a, size=2]`; empty without a combinator. */
const combinationText = (values: CombinationValues = {}): string => {
  const parts = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return parts.length === 0 ? "" : printableLine(`[${parts.join(", ")}]`);
};

const cases = (count: number): string => `${count} ${count === 1 ? "case" : "cases"}`;
