import fc from "fast-check";
import { expect, test } from "vitest";
import { type Admission, abandoned, admit, type Circuit, CLOSED, failed, succeeded } from "./circuit.ts";

const settings = { opensAfter: 3, firstPauseMs: 100, longestPauseMs: 350, mostProbes: 4 };

/** A circuit with who is under way, and what must hold by counting alone. */
class Bench {
  circuit: Circuit = CLOSED;
  nowMs = 0;
  readonly underWay: Admission[] = [];
  failuresInARow = 0;
  failedProbes = 0;
  wasOutUntilMs = 0;
}

class Ask implements fc.Command<object, Bench> {
  check = () => true;
  run(_: object, bench: Bench): void {
    const before = bench.circuit;
    const { circuit, admission } = admit(before, bench.nowMs);
    bench.circuit = circuit;
    if (admission === "no") return;
    expect(before.kind).toBe(admission === "go" ? "closed" : "open");
    if (admission === "probe") {
      expect(bench.underWay).not.toContain("probe");
      expect(bench.nowMs).toBeGreaterThanOrEqual(bench.wasOutUntilMs);
    }
    bench.underWay.push(admission);
  }
  toString = () => "ask";
}

class End implements fc.Command<object, Bench> {
  readonly which: number;
  readonly how: "succeeds" | "fails" | "is abandoned";
  constructor(which: number, how: "succeeds" | "fails" | "is abandoned") {
    this.which = which;
    this.how = how;
  }
  check = () => true;
  run(_: object, bench: Bench): void {
    const [admission] = bench.underWay.splice(this.which % Math.max(1, bench.underWay.length), 1);
    if (admission === undefined) return;
    const before = bench.circuit;
    if (this.how === "succeeds") {
      bench.circuit = succeeded(before);
      Object.assign(bench, { failuresInARow: 0, failedProbes: 0 });
      expect(bench.circuit.kind).toBe(before.kind === "given-up" ? "given-up" : "closed");
      return;
    }
    if (this.how === "is abandoned") {
      bench.circuit = abandoned(before, admission, bench.nowMs);
      expect(bench.circuit.kind === "half-open").toBe(before.kind === "half-open" && admission !== "probe");
      return;
    }
    bench.circuit = failed(before, admission, bench.nowMs, settings);
    this.#judge(before, admission, bench);
  }
  #judge(before: Circuit, admission: Admission, bench: Bench): void {
    const { circuit } = bench;
    if (before.kind === "closed") {
      bench.failuresInARow += 1;
      expect(circuit.kind).toBe(bench.failuresInARow < settings.opensAfter ? "closed" : "open");
      if (circuit.kind === "open") bench.failuresInARow = 0;
    } else if (before.kind === "half-open" && admission === "probe") {
      bench.failedProbes += 1;
      expect(circuit.kind).toBe(bench.failedProbes < settings.mostProbes ? "open" : "given-up");
    } else {
      expect(circuit).toEqual(before);
      return;
    }
    if (circuit.kind !== "open") return;
    const pauseMs = Math.min(settings.firstPauseMs * 2 ** bench.failedProbes, settings.longestPauseMs);
    expect(circuit).toMatchObject({ pauseMs, untilMs: bench.nowMs + pauseMs });
    bench.wasOutUntilMs = circuit.untilMs;
  }
  toString = () => `${this.which} ${this.how}`;
}

class Wait implements fc.Command<object, Bench> {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  check = () => true;
  run(_: object, bench: Bench): void {
    bench.nowMs += this.ms;
  }
  toString = () => `wait ${this.ms}`;
}

test("whatever happens: one probe at a time, growing pauses, a success closes, too many failed probes give up", () => {
  const commands = fc.commands(
    [
      fc.constant(new Ask()),
      fc.tuple(fc.nat(5), fc.constantFrom("succeeds", "fails", "is abandoned")).map(([at, how]) => new End(at, how)),
      fc.nat(5).map((at) => new End(at, "fails")),
      fc.integer({ min: 1, max: 400 }).map((ms) => new Wait(ms)),
    ],
    { maxCommands: 60 },
  );
  fc.assert(fc.property(commands, (all) => fc.modelRun(() => ({ model: {}, real: new Bench() }), all)));
});

test("a platform that never comes back is given up after its probes, and not before", () => {
  let circuit = CLOSED;
  let nowMs = 0;
  const pauses: number[] = [];
  while (circuit.kind !== "given-up") {
    const asked = admit(circuit, nowMs);
    circuit = failed(asked.circuit, asked.admission, nowMs, settings);
    if (circuit.kind === "open") {
      pauses.push(circuit.pauseMs);
      nowMs = circuit.untilMs;
    }
  }
  expect(pauses).toEqual([100, 200, 350, 350]);
  expect(admit(circuit, nowMs + 1e9).admission).toBe("no");
});
