import type { RunEvent } from "../../events/types.ts";

/** How much an event matters, as Python's logging has it, whose names runbooks use. */
const LEVELS: Readonly<Record<string, number>> = {
  NOTSET: 0,
  DEBUG: 10,
  INFO: 20,
  WARN: 30,
  WARNING: 30,
  ERROR: 40,
  FATAL: 50,
  CRITICAL: 50,
};
const [INFO, WARNING, ERROR] = [20, 30, 40] as const;

/** The number of a level by its name; everything is shown for a name that is none. */
export const levelNamed = (name: string | undefined): number => LEVELS[name?.toUpperCase() ?? ""] ?? 0;

/** How much an event matters to who looks at a console. */
export function levelOf(event: RunEvent): number {
  switch (event.type) {
    case "case-finished":
      if (event.status === "FAILED") return ERROR;
      return event.status === "ATTEMPTED" || event.warning !== undefined ? WARNING : INFO;
    case "case-repeated":
      return event.status === "FAILED" ? WARNING : INFO;
    case "environment-failed":
    case "kernel-panic":
      return ERROR;
    case "case-pollution":
    case "case-evaluation":
      return WARNING;
    case "transformer-finished":
      return event.message === "" ? INFO : ERROR;
    case "health-changed":
    case "notice":
      return event.level === "error" ? ERROR : event.level === "warn" ? WARNING : INFO;
    default:
      return INFO;
  }
}
