import { ReplayDiverged } from "../../errors/catalogue.ts";
import { makeMask } from "../../events/mask.ts";
import type { Recording, Stored } from "../format.ts";
import { maskBytes } from "../mask-bytes.ts";
import { fromStored, toStored } from "../stored-value.ts";
import { identityKeys, uuidsOf } from "./call-identity.ts";
import { callText } from "./call-text.ts";
import { callerIn } from "./caller.ts";
import { type Divergence, divergenceSentence, nearestCall } from "./divergence.ts";
import { type RecordedCall, recordedCalls } from "./recorded-call.ts";
import { VirtualClock } from "./time/virtual-clock.ts";

/**
 * One replay: what is left of the recording, its clock, and where the code left it. Calls are matched by what is asked
 * of whom; the same call asked several times takes the answers in their order. In which order different calls come is
 * not compared, since concurrent parts of a case may overtake each other.
 */
export class ReplaySession {
  readonly clock: VirtualClock;
  /** Aborts with the ReplayDiverged error at the first divergence. */
  readonly diverged = new AbortController();
  readonly #left: Set<RecordedCall>;
  readonly #byExact: Map<string, RecordedCall[]>;
  readonly #byLoose: Map<string, RecordedCall[]>;
  readonly #secrets = new Set<string>();
  /** UUIDs of the recording and what stands for them now. */
  readonly #uuids = new Map<string, string>();
  readonly #codeFile: string | undefined;
  #divergence: Divergence | undefined;

  /** `codeFile` is the file of the suite, to tell its lines. */
  constructor({ header, entries }: Recording, codeFile: string | undefined) {
    this.clock = new VirtualClock(new Date(header.startedAt));
    const calls = recordedCalls(entries);
    this.#left = new Set(calls);
    this.#byExact = Map.groupBy(calls, (call) => identityKeys(call).exact);
    this.#byLoose = Map.groupBy(calls, (call) => identityKeys(call).loose);
    this.#codeFile = codeFile;
  }

  /** Where the code first left the recording. */
  get divergence(): Divergence | undefined {
    return this.#divergence;
  }

  /** Recorded calls that have not been made. */
  get left(): readonly RecordedCall[] {
    return [...this.#left];
  }

  /** The answer the recording has for a call. Throws ReplayDiverged when it has none. */
  take(node: string, via: string, method: string, request: unknown, secrets: readonly string[] = []): RecordedCall {
    for (const secret of secrets) this.#secrets.add(secret);
    const call = { node, via, method, request: toStored(request, makeMask(this.#secrets)) };
    const { exact, loose } = identityKeys(call);
    const found = this.#firstLeft(this.#byExact.get(exact)) ?? this.#firstLeft(this.#byLoose.get(loose));
    if (found === undefined) {
      const nearest = nearestCall(call, this.left);
      throw this.diverge({
        kind: nearest === undefined ? "new" : "changed",
        node,
        expected: nearest && callText(nearest),
        got: callText(call),
      });
    }
    this.#left.delete(found);
    this.#learnUuids(uuidsOf(found), uuidsOf(call));
    this.clock.passTo(found.atMs);
    return found;
  }

  /** True when the recording holds a call of `method`, whatever is asked. */
  has(node: string, via: string, method: string): boolean {
    return this.#byExact.values().some(([call]) => call?.node === node && call.via === via && call.method === method);
  }

  /** What the case gives to a command, as the recording would have it. */
  masked(data: string | Uint8Array): Uint8Array {
    return maskBytes(typeof data === "string" ? Buffer.from(data) : data, makeMask(this.#secrets));
  }

  /**
   * Takes note of where the code left the recording, with the line it comes from; only the first time counts. Gives the
   * error to throw.
   */
  diverge(what: Pick<Divergence, "kind" | "node"> & Partial<Pick<Divergence, "expected" | "got">>): ReplayDiverged {
    const [next] = this.#left;
    const divergence: Divergence = {
      kind: what.kind,
      node: what.node,
      expected: what.expected,
      got: what.got,
      next: next && callText(next),
      at: callerIn(this.#codeFile),
    };
    const at = divergence.at === undefined ? "" : ` (${divergence.at})`;
    const error = new ReplayDiverged(`${divergenceSentence(divergence)}${at}`, {
      help: "If the change is meant, record the case again with 'assay run --record'.",
    });
    if (this.#divergence === undefined) {
      this.#divergence = divergence;
      this.diverged.abort(error);
    }
    return error;
  }

  /** A value of the recording, as the guest would answer the code that runs now. */
  value(stored: Stored | undefined): unknown {
    return fromStored(stored, (text) => this.#withCurrentUuids(text));
  }

  /** When something recorded at `thenMs` happens that belongs to `call`, which was made again at `madeAtMs`. */
  timeOf(call: RecordedCall, thenMs: number, madeAtMs: number): number {
    return Math.max(thenMs, madeAtMs + (thenMs - call.atMs));
  }

  #firstLeft(calls: readonly RecordedCall[] = []): RecordedCall | undefined {
    return calls.find((call) => this.#left.has(call));
  }

  #learnUuids(recorded: readonly string[], current: readonly string[]): void {
    recorded.forEach((uuid, index) => {
      const now = current[index];
      if (now !== undefined && now !== uuid) this.#uuids.set(uuid, now);
    });
  }

  #withCurrentUuids(text: string): string {
    let adapted = text;
    for (const [recorded, now] of this.#uuids) adapted = adapted.replaceAll(recorded, now);
    return adapted;
  }
}
