/** When something that keeps failing is taken out, and how it is tried again. */
export interface CircuitSettings {
  /** Failures in a row after which it is taken out. */
  readonly opensAfter: number;
  /** Before the first probe; doubled before each further one. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Probes that may fail in a row; then it is given up. */
  readonly mostProbes: number;
}

export const DEFAULT_CIRCUIT: CircuitSettings = {
  opensAfter: 3,
  firstPauseMs: 5_000,
  longestPauseMs: 5 * 60_000,
  mostProbes: 5,
};

/**
 * A circuit breaker as plain data. `closed`: in use. `open`: taken out until a time. `half-open`: one probe is under
 * way, on which all depends. `given-up`: too many probes failed. Times are milliseconds of any one clock.
 */
export type Circuit =
  | { readonly kind: "closed"; readonly failures: number }
  | { readonly kind: "open"; readonly untilMs: number; readonly pauseMs: number; readonly probes: number }
  | { readonly kind: "half-open"; readonly pauseMs: number; readonly probes: number }
  | { readonly kind: "given-up" };

export const CLOSED: Circuit = { kind: "closed", failures: 0 };

/** What may be done now: go ahead, go ahead as the one probe, or neither. */
export type Admission = "go" | "probe" | "no";

/** Asks for admission; who is admitted as the probe has to say how it ended. */
export function admit(circuit: Circuit, nowMs: number): { readonly circuit: Circuit; readonly admission: Admission } {
  if (circuit.kind === "closed") return { circuit, admission: "go" };
  if (circuit.kind !== "open" || nowMs < circuit.untilMs) return { circuit, admission: "no" };
  const { pauseMs, probes } = circuit;
  return { circuit: { kind: "half-open", pauseMs, probes }, admission: "probe" };
}

/** Any success proves that it works, whenever it began. */
export function succeeded(circuit: Circuit): Circuit {
  return circuit.kind === "given-up" ? circuit : CLOSED;
}

/** What began before the circuit opened and fails now says nothing new. */
export function failed(circuit: Circuit, admission: Admission, nowMs: number, settings: CircuitSettings): Circuit {
  if (circuit.kind === "closed") {
    const failures = circuit.failures + 1;
    return failures < settings.opensAfter
      ? { kind: "closed", failures }
      : openFor(settings.firstPauseMs, 0, nowMs, settings);
  }
  if (circuit.kind !== "half-open" || admission !== "probe") return circuit;
  const probes = circuit.probes + 1;
  return probes < settings.mostProbes ? openFor(circuit.pauseMs * 2, probes, nowMs, settings) : { kind: "given-up" };
}

/** A probe that ended without saying anything: the next one may try at once. */
export function abandoned(circuit: Circuit, admission: Admission, nowMs: number): Circuit {
  if (circuit.kind !== "half-open" || admission !== "probe") return circuit;
  return { kind: "open", untilMs: nowMs, pauseMs: circuit.pauseMs, probes: circuit.probes };
}

function openFor(wantedMs: number, probes: number, nowMs: number, { longestPauseMs }: CircuitSettings): Circuit {
  const pauseMs = Math.min(wantedMs, longestPauseMs);
  return { kind: "open", untilMs: nowMs + pauseMs, pauseMs, probes };
}
