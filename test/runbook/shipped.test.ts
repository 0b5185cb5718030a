import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { suites } from "@assay/suites";
import { expect, test } from "vitest";
import { makePlan, type Plan } from "../../packages/assay/src/plan/plan.ts";
import { loadRunbook } from "../../packages/assay/src/runbook/load.ts";
import type { Runbook } from "../../packages/assay/src/runbook/types.ts";
import { loadText, short } from "./load-text.ts";

const root = join(import.meta.dirname, "../..");

async function shipped(name: string, variables: readonly string[] = []): Promise<{ runbook: Runbook; plan: Plan }> {
  const { runbook, diagnostics } = await loadRunbook(join(root, "runbooks", name), { variables });
  expect(diagnostics).toEqual([]);
  if (runbook === undefined) throw new Error(`${name} does not load.`);
  const plan = makePlan({ runbook, suites, refuse: () => undefined });
  expect(plan.diagnostics).toEqual([]);
  return { runbook, plan };
}

const names = (plan: Plan): readonly string[] => plan.entries.map((entry) => entry.case.name);

test("default.yml selects the quick cases and one reboot", async () => {
  const { runbook, plan } = await shipped("default.yml");
  expect(runbook.platform).toMatchObject({ type: "qemu", section: { image: "debian-12" } });
  const rebooting = plan.entries.filter(
    ({ case: each }) => each.suite.area === "provisioning" || each.tags.includes("reboot"),
  );
  expect(rebooting.map(({ resultId }) => resultId)).toEqual(["Provisioning.smoke_test"]);
  expect(names(plan)).toContain("verify_cpu_count");
  expect(names(plan)).not.toContain("stress_reboot");
  expect((await shipped("default.yml", ["image:/x/y.qcow2"])).runbook.platform.section).toEqual({
    image: "/x/y.qcow2",
  });
});

test("all.yml selects every stable case", async () => {
  const { runbook, plan } = await shipped("all.yml");
  expect(runbook).toMatchObject({ name: "all", platform: { type: "qemu" } });
  const stable = suites.flatMap((suite) => suite.cases).filter(({ maturity }) => maturity === "stable");
  expect(plan.entries).toHaveLength(stable.length);
});

test("local.yml and ready.yml select what such machines can run", async () => {
  const local = await shipped("local.yml");
  expect(local.runbook.platform.type).toBe("local");
  const ready = await shipped("ready.yml", ["address:192.0.2.7", "port:2222", "user:me", "s:password:hunter2"]);
  expect(ready.runbook.readyNodes).toEqual([
    [{ name: "", address: "192.0.2.7", port: 2222, username: "me", password: "hunter2", privateKeyFile: undefined }],
  ]);
  expect(ready.runbook.secrets).toEqual(["hunter2"]);
  expect(names(ready.plan)).not.toContain("smoke_test");
});

test("guests.yml runs cases in a guest of this machine", async () => {
  const { runbook, plan } = await shipped("guests.yml");
  expect(runbook.platform).toMatchObject({
    type: "local",
    guests: [{ type: "qemu", name: "inner", settings: { image: "debian-12" } }],
  });
  expect(names(plan)).toContain("verify_cpu_count");
});

test.each(["runbook.md", "given-machines.md", "guests.md"])("the examples of %s load", async (page) => {
  const text = await readFile(join(root, "docs", page), "utf8");
  const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, example]) => example ?? "");
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) {
    const { runbook, diagnostics } = await loadText(example, {
      files: {
        "/r/tiers/t1.yml": "testcase:\n  - criteria: { priority: [0, 1] }",
        "/r/secrets.yml": "password: hunter2",
        "/home/me/.ssh/id_ed25519": "key",
      },
    });
    expect(diagnostics.map(short)).toEqual([]);
    expect(runbook).toBeDefined();
  }
});

/** Runbooks with the keys LISA's own ones have, and what the first line of problems says; undefined when all is well. */
const LISA_STYLE: readonly (readonly [string, string, readonly string[], string | undefined])[] = [
  [
    "hello world",
    "extension: [../lisa/examples/testsuites]\nenvironment: { environments: [{ nodes: [{ type: local }] }] }\nnotifier: [{ type: console }, { type: html }]\ntestcase: [{ criteria: { area: demo } }]",
    [],
    undefined,
  ],
  [
    "tier",
    "name: t\ninclude: [{ path: ./t$(tier).yml }]\nextension: [../lisa/microsoft/testsuites, ../lisa/examples/testsuites/x.py]\nvariable: [{ name: tier, value: 0 }]\nenvironment: { environments: [{ nodes: [{ type: local }] }] }",
    [],
    undefined,
  ],
  [
    "debug",
    "platform: [{ type: local }]\nvariable: [{ name: case, value: '' }, { name: times, value: 1 }, { name: use_new_environment, value: false }]\ntestcase: [{ criteria: { name: $(case) }, times: $(times), retry: 0, use_new_environment: $(use_new_environment), ignore_failure: $(use_new_environment) }]",
    ["case:verify_grub", "times:3"],
    undefined,
  ],
  [
    "ready",
    "platform: [{ type: ready, admin_private_key_file: /k }]\nvariable: [{ name: public_address, value: '' }]\nenvironment: { environments: [{ nodes: [{ type: remote, public_address: $(public_address), public_port: '22', username: '', capability: { disk: { data_disk_count: 1 } } }] }] }\ntestcase: [{ criteria: {} }]",
    ["public_address:10.0.0.1"],
    undefined,
  ],
  [
    "qemu",
    "variable: [{ name: qcow2, value: /x.qcow2 }]\nplatform: [{ type: qemu, admin_private_key_file: /k, keep_environment: no, requirement: { qemu: { qcow2: $(qcow2), cloud_init: { extra_user_data: x } } } }]\ntestcase: [{ criteria: {} }]",
    [],
    undefined,
  ],
  [
    "azure",
    "concurrency: $(n)\nvariable: [{ name: n, value: 5 }]\nplatform: [{ type: azure, azure: { deploy: true } }]",
    [],
    "N01",
  ],
];

test.each(LISA_STYLE)("a runbook like LISA's: %s", async (_, text, variables, code) => {
  const { diagnostics } = await loadText(text, {
    variables,
    files: { "/k": "key", "/r/t0.yml": "testcase: [{ criteria: { priority: 0 } }]" },
  });
  expect(diagnostics[0]?.code).toBe(code);
});
