import { CommandFailed, TimedOut } from "assay";
import { SerialConsole, StartStop } from "assay/features";
import { type CaseContext, seconds, suite } from "assay/suite";
import { countOccurrences } from "./pattern-count.ts";
import { byPlatformRestart, byPlatformStopStart, smoke } from "./smoke.ts";
import { stressReboot } from "./stress-reboot.ts";

export default suite("Provisioning", {
  area: "provisioning",
  about: "The machine comes up, and comes up again.",
  tags: ["reboot"],
  requires: { remote: true },
}, ({ test }) => {
  test(
    "smoke_test",
    { about: "The machine can be logged into, reboots and can be logged into again.", priority: 0 },
    smokeTest,
  );
  test(
    "smoke_test_check_serial_console_pattern",
    {
      about: "A text that means trouble is not on the serial console before or after a reboot.",
      priority: 1,
      requires: { features: [SerialConsole], remote: true },
    },
    smokeTestCheckSerialConsolePattern,
  );
  test("verify_reboot_in_platform", {
    about: "The machine comes up again after its platform has restarted it.",
    priority: 2,
    requires: { features: [StartStop], remote: true },
  }, async (context) => {
    await smoke(context, byPlatformRestart);
  });
  test("verify_stop_start_in_platform", {
    about: "The machine shuts down when its platform asks for it, and comes up when it is started.",
    priority: 1,
    requires: { features: [StartStop], remote: true },
  }, async (context) => {
    await smoke(context, byPlatformStopStart);
  });
  test(
    "stress_reboot",
    {
      about: "The machine comes up after each of ten reboots (runbook variable 'reboot_count').",
      priority: 3,
      timeoutMs: seconds(1800),
    },
    stressReboot,
  );
});

async function smokeTest(context: CaseContext): Promise<void> {
  const { node, signal, passWithWarning } = context;
  try {
    await smoke(context);
  } catch (error) {
    signal.throwIfAborted();
    // The case is about being able to log in: a reboot that went wrong in another way is a warning.
    const isRefused = error instanceof CommandFailed || error instanceof TimedOut;
    if (isRefused && (await node.run(["true"])).exitCode === 0) {
      passWithWarning(error.message);
    }
    throw error;
  }
}

async function smokeTestCheckSerialConsolePattern(context: CaseContext): Promise<void> {
  const { node, variables, expect } = context;
  const console = node.feature(SerialConsole);
  const pattern = String(variables.serial_console_pattern ?? "BUG: soft lockup");
  const before = countOccurrences(pattern, await console.log());
  expect(
    before === 0,
    `[Pre-check] The serial console of '${node.name}' shows '${pattern}' ${before} times before the reboot.`,
  );
  await smoke(context);
  const after = countOccurrences(pattern, await console.log()) - before;
  expect(
    after <= 0,
    `[Post-check] The serial console of '${node.name}' shows '${pattern}' ${after} times after the reboot.`,
  );
}
