import { styleText } from "node:util";
import type { ResultStatus } from "../events/types.ts";

type Style = Parameters<typeof styleText>[0];

/** Adds a style to text, or nothing where colour is not wanted. */
export type Paint = (style: Style, text: string) => string;

// The stream was judged once, when the notifier was made; styleText must not judge again.
export const makePaint = (isColourful: boolean): Paint =>
  isColourful ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;

/** Colour when the stream is a terminal, unless the user objects (https://no-color.org); FORCE_COLOR insists. */
export function wantsColour(isTty: boolean, environment: Readonly<Record<string, string | undefined>>): boolean {
  if (isSet(environment.NO_COLOR)) return false;
  if (isSet(environment.FORCE_COLOR)) return environment.FORCE_COLOR !== "0";
  return isTty && environment.TERM !== "dumb";
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "";

const STYLES: Readonly<Record<ResultStatus, Style>> = {
  PASSED: "green",
  FAILED: "red",
  SKIPPED: "yellow",
  ATTEMPTED: "magenta",
  RUNNING: "cyan",
  ASSIGNED: "dim",
  QUEUED: "dim",
};

/** The state in its colour, padded so that what follows stands in one column. */
export const paintStatus = (paint: Paint, status: ResultStatus): string => paint(STYLES[status], status.padEnd(9));
