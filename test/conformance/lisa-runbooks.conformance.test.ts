import { join } from "node:path";
import { expect, test } from "vitest";
import { makePlan } from "../../packages/assay/src/plan/plan.ts";
import { loadRunbook } from "../../packages/assay/src/runbook/load.ts";
import { suites } from "../../packages/suites/src/index.ts";
import { packageFolder } from "./judges.ts";

/** Any file that is there will do as a key that nobody logs in with. */
const key = [`admin_private_key_file:${import.meta.filename}`];
const azure = ["subscription_id:00000000-0000-0000-0000-000000000000", ...key];
const enable = ["enable_tests:true"];

/** Every runbook LISA ships, with the variables it asks for. */
const RUNBOOKS: readonly (readonly [string, readonly string[]])[] = [
  ["examples/runbook/hello_world.yml", []],
  [
    "examples/runbook/hello_world_azure.yml",
    [
      ...azure,
      "service_principal_tenant_id:00000000-0000-0000-0000-000000000000",
      "service_principal_client_id:00000000-0000-0000-0000-000000000000",
      "s:service_principal_key:secret",
    ],
  ],
  ["examples/runbook/hello_world_remote.yml", []],
  ["microsoft/runbook/ai_selected.yml", azure],
  ["microsoft/runbook/aws.yml", []],
  ["microsoft/runbook/azure.yml", azure],
  ["microsoft/runbook/debug.yml", ["case:verify_cpu_count"]],
  ["microsoft/runbook/examples/git_bisect.yml", azure],
  ["microsoft/runbook/local.yml", []],
  [
    "microsoft/runbook/openvmm/openvmm-azure-smoke.yml",
    [...azure, "disk_img_path:/disk.img", "uefi_firmware_path:/fw.fd"],
  ],
  ["microsoft/runbook/qemu/CBL-Mariner.yml", key],
  ["microsoft/runbook/qemu/flatcar.yml", key],
  ["microsoft/runbook/qemu/qemu.yml", key],
  ["microsoft/runbook/ready.yml", [...key, "public_address:192.0.2.1", "case:verify_cpu_count"]],
  ...["t0", "t1", "t2", "t3", "t4"].map((tier) => [`microsoft/runbook/tiers/${tier}.yml`, enable] as const),
  ["microsoft/runbook/tiers/tdebug.yml", [...enable, "case:verify_cpu_count"]],
  ["microsoft/runbook/tiers/tier.yml", []],
];

test.for(RUNBOOKS)("LISA's own '%s' loads unchanged and comes to a plan", async ([path, variables]) => {
  const file = join(packageFolder("lisa"), path);
  const { runbook, diagnostics } = await loadRunbook(file, { variables });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  if (runbook === undefined) throw new Error("There is no runbook.");
  const plan = makePlan({ runbook, suites, refuse: () => undefined });
  expect(plan.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
});
