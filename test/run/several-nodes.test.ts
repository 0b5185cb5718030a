import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SerialConsole } from "../../packages/assay/src/features/serial-console.ts";
import { makePlan } from "../../packages/assay/src/plan/plan.ts";
import { machinePlans } from "../../packages/assay/src/platforms/qemu/machine-plan.ts";
import { qemuRefusal } from "../../packages/assay/src/platforms/qemu/refusal.ts";
import { refusal, requirementOf, serves } from "../../packages/assay/src/run/requirement.ts";
import { loadRunbook } from "../../packages/assay/src/runbook/load.ts";
import type { CaseRequirement } from "../../packages/assay/src/suite/requirement.ts";
import { suite } from "../../packages/assay/src/suite/suite.ts";
import { runScenario } from "./run-scenario.ts";

const usual = { cores: 2, memoryMb: 1024 };
const host = { cores: 8, totalMb: 65_536 };

/** What becomes of a case that needs `requires` on QEMU with these sections of a runbook: its machines, or why it is skipped. */
async function made(sections: string, requires: CaseRequirement) {
  const text = `platform:\n  - type: qemu\n    ${sections}\ntestcase: [{ criteria: {} }]`;
  const { runbook, diagnostics } = await loadRunbook("/several.yml", { readText: async () => text });
  expect(diagnostics.filter(({ blocksRun, severity }) => blocksRun === true || severity === "error")).toEqual([]);
  if (runbook === undefined) throw new Error("The runbook does not load.");
  const one = suite("S", { area: "a", about: "A suite." }, ({ test: define }) => {
    define("one", { about: "A case.", priority: 1, requires }, async () => {});
  });
  const platform = {
    type: "qemu",
    refuse: (wanted: Parameters<typeof qemuRefusal>[0]) => qemuRefusal(wanted, host, usual),
  };
  const plan = makePlan({ runbook, suites: [one], refuse: (each) => refusal(platform, each, runbook) });
  const [entry] = plan.entries;
  if (entry === undefined) return plan.excluded[0]?.reason;
  return machinePlans(requirementOf(entry.case, runbook), usual, "qemu-1").map(({ name, shape }) => {
    return `${name} ${shape.cores}/${shape.memoryMb}`;
  });
}

const DESCRIBED = `environment: { environments: [
      { nodes: [{ type: requirement, name: client, memory_mb: 512 }, { type: requirement, core_count: 4 }] }] }`;

test.each<[string, string, CaseRequirement, readonly string[] | string]>([
  ["a case alone", "", {}, ["qemu-1 2/1024"]],
  ["a case that asks for two", "", { nodes: 2 }, ["qemu-1-n0 2/1024", "qemu-1-n1 2/1024"]],
  [
    "a case whose nodes differ",
    "",
    { nodes: [{ memoryMb: 2048 }, { cores: 4 }] },
    ["qemu-1-n0 2/2048", "qemu-1-n1 4/1024"],
  ],
  [
    "a platform that wants two of each",
    "requirement: { node_count: 2, memory_mb: { min: 2048 } }",
    {},
    ["qemu-1-n0 2/2048", "qemu-1-n1 2/2048"],
  ],
  [
    "the larger number counts",
    "requirement: { node_count: 2 }",
    { nodes: 3 },
    ["qemu-1-n0 2/1024", "qemu-1-n1 2/1024", "qemu-1-n2 2/1024"],
  ],
  [
    "a described environment for a case that needs one node",
    `\n${DESCRIBED}`,
    {},
    ["client 2/512", "qemu-1-n1 4/1024"],
  ],
  [
    "a described environment whose other node is the one that fits",
    `\n${DESCRIBED}`,
    { cores: 3, memoryMb: 2048 },
    ["qemu-1-n0 4/2048", "client 2/512"],
  ],
  [
    "a described environment that is too small",
    `\n${DESCRIBED}`,
    { nodes: 3 },
    "It needs 3 nodes; environment 'customized_0' has 2 nodes.",
  ],
  [
    "machines as a list of requirements",
    "\nenvironment: { environments: [{ nodes_requirement: [{ node_count: 2, memory_mb: 2048 }, { core_count: 1 }] }] }",
    { nodes: 2 },
    ["qemu-1-n0 2/2048", "qemu-1-n1 2/2048", "qemu-1-n2 1/1024"],
  ],
  [
    "more than a host carries",
    "",
    { nodes: 8, memoryMb: 8192 },
    "it needs 65536 MB of memory; this host can give 52428.",
  ],
])("%s", async (_, sections, requires, expected) => {
  expect(await made(sections, requires)).toEqual(expected);
});

test("an environment of two nodes that differ serves only what fits each of them", () => {
  const pair = requirementOf({ requires: { nodes: [{ memoryMb: 4096 }, { memoryMb: 1024 }] } });
  const wants = (...sizes: number[]) =>
    serves(pair, requirementOf({ requires: { nodes: [{ memoryMb: sizes[0] ?? 0 }, { memoryMb: sizes[1] ?? 0 }] } }));
  expect(wants(2048, 512)).toBe(true);
  expect(wants(512, 2048)).toBe(false);
});

test("a failed case of two nodes leaves the console of each, and its end names them", async () => {
  const { results, folder, guests } = await runScenario({
    cases: {
      pair: [
        { requires: { nodes: 2 } },
        async ({ environment, node, expect: check }) => {
          check(environment.nodes.map(({ name }) => name).join() === "node-0,node-1", "other nodes");
          await node.feature(SerialConsole).write("first\nlast\n");
          await Promise.all(environment.nodes.map((each) => each.text(["echo", each.name])));
          check(false, "enough seen");
        },
      ],
    },
  });
  expect(results[0]).toMatchObject({ status: "FAILED", message: expect.stringContaining("enough seen") });
  expect(guests.every(({ isDeleted }) => isDeleted)).toBe(true);
  const files = join(folder, "cases/Scenario.pair");
  expect(readdirSync(files).toSorted()).toEqual([
    "case.log",
    "commands.ndjson",
    "serial-node-0.log",
    "serial-node-1.log",
  ]);
  expect(readFileSync(join(files, "serial-node-1.log"), "utf8")).toBe("first\nlast\n");
  const commands = readFileSync(join(files, "commands.ndjson"), "utf8").trim().split("\n");
  expect(commands.map((line) => JSON.parse(line).node).toSorted()).toEqual(["node-0", "node-1"]);
  const journal = readFileSync(join(folder, "journal.ndjson"), "utf8").trim().split("\n");
  const finished = journal.map((line) => JSON.parse(line)).find(({ type }) => type === "case-finished");
  expect(finished.serialTail).toBe("node-0:\nfirst\nlast\nnode-1:\nfirst\nlast");
});
