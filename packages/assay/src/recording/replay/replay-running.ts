import { ByteQueue } from "../../node/shell/byte-queue.ts";
import type { Command, Outcome, Running } from "../../node/shell/types.ts";
import type { RecordedCall } from "./recorded-call.ts";
import type { ReplaySession } from "./replay-session.ts";
import type { Appointment } from "./time/virtual-clock.ts";

type Ended = Awaited<Running["completed"]>;

/** A streamed command that writes and ends as the recording has it. */
export function replayRunning(
  command: Command,
  call: RecordedCall,
  madeAtMs: number,
  session: ReplaySession,
  signal: AbortSignal | undefined,
): Running {
  const { clock } = session;
  const streams = { stdout: new ByteQueue(() => undefined), stderr: new ByteQueue(() => undefined) };
  const { promise: completed, resolve } = Promise.withResolvers<Ended>();
  const appointments: Appointment[] = [];
  let isOver = false;

  const end = (ended: Omit<Ended, "command">): void => {
    if (isOver) return;
    isOver = true;
    for (const appointment of appointments) appointment.cancel();
    signal?.removeEventListener("abort", onAbort);
    streams.stdout.end();
    streams.stderr.end();
    resolve({ command, ...ended });
  };
  const endNow = (outcome: Outcome): void =>
    end({ outcome, exitCode: undefined, durationMs: clock.nowMs - madeAtMs, isTruncated: false });
  const onAbort = (): void => endNow({ kind: "aborted" });
  const recordedEnd = session.value(call.ended?.value) as Omit<Ended, "command"> | undefined;
  const endAsRecorded = (): void => {
    if (isOver) return;
    for (const chunk of call.chunks.filter(isLate)) push(chunk);
    if (recordedEnd !== undefined) end({ ...recordedEnd, exitCode: exitCodeOf(recordedEnd.outcome) });
  };
  const push = (chunk: RecordedCall["chunks"][number]): void => {
    const data = session.value(chunk.data);
    if (data instanceof Uint8Array) streams[chunk.stream].push(data);
  };

  /** Chunks are noted when the case takes them, which may be after the end; they were there by then. */
  const isLate = ({ at }: RecordedCall["chunks"][number]): boolean => call.ended !== undefined && at > call.ended.at;
  /** What comes by itself: after a kill only what the kill let come. */
  const beforeKill = (atMs: number): boolean => call.killedAtMs === undefined || atMs <= call.killedAtMs;
  for (const chunk of call.chunks.filter((each) => beforeKill(each.at) && !isLate(each))) {
    appointments.push(clock.at(session.timeOf(call, chunk.at, madeAtMs), () => push(chunk)));
  }
  const isCutOff = recordedEnd === undefined || recordedEnd.outcome.kind === "aborted";
  if (call.ended !== undefined && !isCutOff && beforeKill(call.ended.at)) {
    appointments.push(clock.at(session.timeOf(call, call.ended.at, madeAtMs), endAsRecorded));
  }
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted === true) onAbort();

  const kill = async (): Promise<void> => {
    if (isOver) return;
    const { killedAtMs, ended } = call;
    if (killedAtMs === undefined || ended === undefined) {
      // The code ends sooner what it let run before: that it is gone is all that can be said.
      endNow({ kind: "signalled", signal: "SIGTERM" });
      return;
    }
    for (const chunk of call.chunks.filter((each) => !beforeKill(each.at) && !isLate(each))) push(chunk);
    await clock.until(clock.nowMs + Math.max(0, ended.at - killedAtMs), undefined);
    endAsRecorded();
  };
  const input = new RecordedInput(call, session);
  return {
    stdout: streams.stdout,
    stderr: streams.stderr,
    completed,
    write: async (data) => input.write(data),
    endInput: () => undefined,
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

const exitCodeOf = (outcome: Outcome): number | undefined => (outcome.kind === "exited" ? outcome.exitCode : undefined);

/** What the case gives a streamed command, held against what it gave when it was recorded. */
class RecordedInput {
  readonly #call: RecordedCall;
  readonly #session: ReplaySession;
  readonly #expected: Buffer;
  #given = Buffer.alloc(0);

  constructor(call: RecordedCall, session: ReplaySession) {
    this.#call = call;
    this.#session = session;
    const pieces = call.inputs.map(({ data }) => session.value(data));
    this.#expected = Buffer.concat(pieces.filter((piece) => piece instanceof Uint8Array));
  }

  /** Throws ReplayDiverged when this is not what was given then. How it is cut into pieces does not matter. */
  write(data: string | Uint8Array): void {
    this.#given = Buffer.concat([this.#given, this.#session.masked(data)]);
    if (this.#expected.subarray(0, this.#given.length).equals(this.#given)) return;
    throw this.#session.diverge({
      kind: "changed",
      node: this.#call.node,
      expected: `input ${JSON.stringify(this.#expected.toString("utf8"))}`,
      got: `input ${JSON.stringify(this.#given.toString("utf8"))}`,
    });
  }
}
