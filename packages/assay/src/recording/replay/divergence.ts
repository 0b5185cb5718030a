import { type CallIdentity, callText, likeness } from "./call-text.ts";

/** Where a replay left its recording. */
export interface Divergence {
  /**
   * `changed`: a call like a recorded one, but not the same. `new`: a call the recording has nothing like. `missing`: a
   * recorded call that was never made. `stuck`: the case waits for something the recording does not hold.
   */
  readonly kind: "changed" | "new" | "missing" | "stuck";
  readonly node: string | undefined;
  /** The call of the recording, as text. */
  readonly expected: string | undefined;
  /** The call the code makes now. */
  readonly got: string | undefined;
  /** With what the recording goes on: its first call that has not been made. Undefined at its end. */
  readonly next: string | undefined;
  /** Of the case's code, as `file:line:column`, where the call comes from. */
  readonly at: string | undefined;
}

/** Two calls less alike than this have nothing to do with each other. */
const ALIKE = 0.5;

/** The recorded call that is most like `call`, of those that are still to come; the earlier one of equals. */
export function nearestCall<T extends CallIdentity>(call: CallIdentity, candidates: readonly T[]): T | undefined {
  const text = callText(call);
  let nearest: T | undefined;
  let best = ALIKE;
  for (const candidate of candidates) {
    if (candidate.node !== call.node || candidate.via !== call.via) continue;
    const alike = likeness(callText(candidate), text);
    if (alike > best) {
      best = alike;
      nearest = candidate;
    }
  }
  return nearest;
}

/** One sentence about a divergence. */
export function divergenceSentence({ kind, node, expected, got }: Divergence): string {
  const where = node === undefined ? "" : ` on '${node}'`;
  switch (kind) {
    case "changed":
      return `The case asks for '${got}'${where} where the recording has '${expected}'.`;
    case "new":
      return `The case asks for '${got}'${where}, which the recording does not have.`;
    case "missing":
      return `The case no longer asks for '${expected}'${where}.`;
    case "stuck":
      return "The case waits for something that the recording does not hold.";
  }
}
