import { defineConfig } from "vitest/config";

const minutes = (count: number): number => count * 60_000;
const VM = "test/**/*.vm.test.ts";
const E2E = "test/**/*.e2e.test.ts";
const REBOOTS = "test/**/*.reboots.test.ts";
const CONFORMANCE = "test/conformance/**/*.conformance.test.ts";

/**
 * `unit` and `integration` need no guest; `vm` boots or forks guests; `reboots` boots them again; `e2e` runs the real
 * command line; `conformance` needs the judges that `script/conformance` brings.
 */
export default defineConfig({
  test: {
    reporters: ["default"],
    // A test that hangs must not hold the others up; guests get longer limits below.
    testTimeout: 20_000,
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
          exclude: [VM, E2E, REBOOTS, CONFORMANCE],
          testTimeout: minutes(2),
          hookTimeout: minutes(2),
        },
      },
      {
        extends: true,
        // An emulated guest fills a core: files one after the other, so that no guest starves another into a time-out.
        test: { name: "vm", include: [VM], testTimeout: minutes(10), hookTimeout: minutes(10), fileParallelism: false },
      },
      {
        extends: true,
        test: {
          name: "reboots",
          include: [REBOOTS],
          testTimeout: minutes(15),
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
