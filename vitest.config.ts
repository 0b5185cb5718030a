import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const CORES = Math.max(1, Math.min(4, availableParallelism()));
const minutes = (count: number): number => count * 60_000;
const VM = "test/**/*.vm.test.ts";
const LONG = "test/**/*.long.vm.test.ts";
const E2E = "test/**/*.e2e.test.ts";
const CONFORMANCE = "test/conformance/**/*.conformance.test.ts";

/**
 * `unit` and `integration` need no guest; `vm` boots or forks guests; `long` does what the gate has no time for; `e2e` runs the real command line; `conformance`
 * needs the judges that `script/conformance` brings.
 */
export default defineConfig({
  test: {
    reporters: ["default"],
    globalSetup: ["test/scratch-folder.ts"],
    // A test that hangs must not hold the others up; guests get longer limits below.
    testTimeout: 20_000,
    // One less by default, which on two cores is one.
    maxWorkers: CORES,
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["packages/**/*.test.ts", "script/**/*.test.ts", "bench/**/*.test.ts"] },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/**/*.test.ts"],
          exclude: [VM, E2E, CONFORMANCE],
          testTimeout: minutes(2),
          hookTimeout: minutes(2),
        },
      },
      {
        extends: true,
        // An emulated guest fills a core: more files at once than cores would starve guests into their time-outs.
        test: { name: "vm", include: [VM], exclude: [LONG], testTimeout: minutes(15), hookTimeout: minutes(15) },
      },
      {
        extends: true,
        test: {
          name: "long",
          include: [LONG],
          testTimeout: minutes(30),
          hookTimeout: minutes(15),
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: { name: "conformance", include: [CONFORMANCE], testTimeout: minutes(5) },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: [E2E],
          testTimeout: minutes(15),
          hookTimeout: minutes(15),
          fileParallelism: false,
        },
      },
    ],
  },
});
