import { expect, test } from "vitest";
import type { EnvironmentSettings, NodeSettings } from "../runbook/environment-types.ts";
import type { NodeSpace } from "../runbook/requirement.ts";
import type { PlatformSettings } from "../runbook/types.ts";
import { atLeast, between, exactly } from "../suite/count.ts";
import type { CaseRequirement } from "../suite/requirement.ts";
import { suite } from "../suite/suite.ts";
import { type Machines, unfitReason } from "./predefined.ts";

const position = { file: "r.yml", line: 1, column: 1 };
const platform = (type: string, more: Partial<PlatformSettings> = {}): PlatformSettings => ({
  type,
  position,
  adminUsername: undefined,
  adminPassword: undefined,
  adminPrivateKeyFile: undefined,
  keepEnvironment: "no",
  section: {},
  ...more,
});

const node = (capability?: NodeSpace, isDefault = false): NodeSettings => ({
  type: "local",
  position,
  name: "",
  isDefault,
  ...(capability && { capability }),
});
const environment = (name: string, ...nodes: NodeSettings[]): EnvironmentSettings => ({ position, name, nodes });

function reason(runbook: Machines, requires: CaseRequirement): string | undefined {
  const made = suite("S", { area: "a", about: "A suite." }, ({ test: define }) => {
    define("one", { about: "A case.", priority: 1, requires }, async () => {});
  });
  const [testCase] = made.cases;
  return testCase && unfitReason(runbook)(testCase);
}

const listing = (...environments: EnvironmentSettings[]): Machines => ({
  platform: platform("ready"),
  environment: { warnAsError: false, retry: 0, environments },
});

const four = node({ coreCount: exactly(4), memoryMb: exactly(4096) });
const sixteen = node({ coreCount: exactly(16) });

test.each<[string, Machines, CaseRequirement, string | undefined]>([
  ["a node that claims nothing is open upwards", listing(environment("a", node())), { cores: 64, gpus: 2 }, undefined],
  [
    "any listed environment will do",
    listing(environment("a", four), environment("b", sixteen)),
    { cores: 8 },
    undefined,
  ],
  ["the first node need not be the one", listing(environment("a", sixteen, four)), { cores: between(2, 8) }, undefined],
  [
    "a default node is the one cases get",
    listing(environment("a", four, node({ coreCount: exactly(16) }, true))),
    { cores: between(2, 8) },
    "It needs 2 to 8 processors; environment 'a' has 16 processors.",
  ],
  [
    "what is missing is told of each",
    listing(environment("a", four), environment("b", sixteen)),
    { cores: 32 },
    "It needs 32 or more processors; environment 'b' has 16 processors. It needs 32 or more processors; environment 'a' has 4 processors.",
  ],
  [
    "an environment open upwards has one node",
    listing(environment("a", node())),
    { nodes: 2 },
    "It needs 2 nodes; environment 'a' has 1 node.",
  ],
  [
    "a machine that is yet to be made has what it is asked to have",
    listing(
      environment("a", {
        type: "requirement",
        position,
        name: "",
        isDefault: false,
        requirement: { coreCount: atLeast(4) },
      }),
    ),
    { cores: between(1, 2) },
    "It needs 1 to 2 processors; environment 'a' has 4 or more processors.",
  ],
  [
    "what the platform requires and ignores is not about listed environments",
    {
      ...listing(environment("a", four)),
      platform: platform("ready", { requirement: { coreCount: exactly(64) }, ignoredCapability: ["Nvme"] }),
    },
    { features: [{ name: "Nvme" }] },
    "It needs the feature 'Nvme'; environment 'a' has no features.",
  ],
  [
    "what the platform requires is about environments it makes",
    { platform: platform("qemu", { requirement: { coreCount: exactly(2) } }) },
    { cores: 4 },
    "The case needs 4 or more processors; 'platform.requirement' asks for 2 processors.",
  ],
  [
    "listed environments mean nothing to a platform that makes its own",
    { ...listing(environment("a", four)), platform: platform("qemu") },
    { cores: 64 },
    undefined,
  ],
])("%s", (_, runbook, requires, expected) => {
  expect(reason(runbook, requires)).toBe(expected);
});
