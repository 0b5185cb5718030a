import { expect, test } from "vitest";
import { type CaseBody, suite } from "../../packages/assay/src/suite/index.ts";
import { runOnFreshGuest } from "../suites/fresh-guest.ts";

const TEST_TIMEOUT_MS = 900_000;

/** Test `name`, whose body runs as a case on a guest of its own. */
export function onGuest(name: string, body: CaseBody): void {
  const made = suite("Tools", { area: "tools", about: "Tools on a real guest." }, (builder) => {
    builder.test(name, { about: name, priority: 3, requires: { remote: true } }, body);
  });
  test(name, { timeout: TEST_TIMEOUT_MS }, async () => {
    const [only] = made.cases;
    expect.assert(only !== undefined);
    const outcome = await runOnFreshGuest(only, { variables: {}, scripts: [] });
    expect(outcome, outcome.message).toMatchObject({ status: "PASSED" });
  });
}
