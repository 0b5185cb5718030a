import { expect, test } from "vitest";
import type { ShellText } from "../../packages/assay/src/index.ts";
import type { Case, Suite } from "../../packages/assay/src/suite/index.ts";
import { runOnFreshGuest } from "./fresh-guest.ts";

/** A guest made bad in one way, and what the case has to say about it. */
export interface Defect {
  /** Run as root in the guest before the case. */
  readonly plant: ShellText;
  /** Must be in the message of the result. */
  readonly message: string;
  /** Variables of the runbook for this defect besides those of the proof. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Both halves of the proof that a case works. */
export interface Proof {
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Run as root in the good guest and in the bad ones, for what the case needs and the machine does not have. */
  readonly prepare?: ShellText;
  /** By what is wrong with the guest; at least one. */
  readonly defects: Readonly<Record<string, Defect>>;
}

/** One limit for everything: a case that reboots an emulated guest several times takes minutes. */
const TEST_TIMEOUT_MS = 900_000;

type Proofs = Readonly<Record<string, Proof>>;

/**
 * Proves every case of `suite`, each time on a guest of its own: it passes on a good guest, and fails with the expected
 * message on a guest with the defect it looks for. A case without a proof is a failing test. The cases called `longer`
 * are left to {@link proveLonger}, in a file of the stage that takes long.
 */
export function proveSuite(suite: Suite, proofs: Proofs, longer: readonly string[] = []): void {
  test(`every case of '${suite.name}' is proven`, () => {
    expect(Object.keys(proofs).toSorted()).toEqual(suite.cases.map(({ name }) => name).toSorted());
    for (const [name, { defects }] of Object.entries(proofs)) {
      expect(Object.keys(defects), `defects of '${name}'`).not.toEqual([]);
    }
  });
  for (const one of suite.cases) {
    const proof = proofs[one.name];
    if (proof !== undefined && !longer.includes(one.name)) proveCase(one, proof);
  }
}

/** Proves the cases of `suite` that are called `longer`. */
export function proveLonger(suite: Suite, proofs: Proofs, longer: readonly string[]): void {
  test.each(longer)("'%s' is a case with a proof", (name) => {
    expect(suite.cases.map((one) => one.name)).toContain(name);
    expect(Object.keys(proofs)).toContain(name);
  });
  for (const one of suite.cases) {
    const proof = proofs[one.name];
    if (proof !== undefined && longer.includes(one.name)) proveCase(one, proof);
  }
}

function proveCase(one: Case, { variables = {}, prepare, defects }: Proof): void {
  test(`${one.name} passes on a good guest`, { timeout: TEST_TIMEOUT_MS }, async () => {
    const outcome = await runOnFreshGuest(one, { variables, scripts: prepare === undefined ? [] : [prepare] });
    expect(outcome, outcome.message).toMatchObject({ status: "PASSED" });
  });
  for (const [what, defect] of Object.entries(defects)) {
    test(`${one.name} fails when ${what}`, { timeout: TEST_TIMEOUT_MS }, async () => {
      const outcome = await runOnFreshGuest(one, {
        variables: { ...variables, ...defect.variables },
        scripts: prepare === undefined ? [defect.plant] : [prepare, defect.plant],
      });
      expect(outcome.status, outcome.message).toBe("FAILED");
      expect(outcome.message).toContain(defect.message);
    });
  }
}
