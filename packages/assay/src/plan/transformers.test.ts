import fc from "fast-check";
import { expect, test } from "vitest";
import type { TransformerSettings } from "../runbook/types.ts";
import { orderTransformers } from "./transformers.ts";

let line = 0;
function entry(name: string, given: Partial<TransformerSettings> = {}): TransformerSettings {
  const position = { file: "r.yml", line: ++line, column: 5 };
  const dependsOn = given.dependsOn ?? [];
  return {
    position,
    type: "to_list",
    name,
    givenName: name.replace(/#\d+$/, ""),
    prefix: name,
    dependencyPositions: dependsOn.map((_, index) => ({ ...position, column: 20 + index })),
    rename: {},
    enabled: true,
    phase: "init",
    inputs: {},
    ...given,
    dependsOn,
  };
}

const names = (entries: readonly TransformerSettings[]) => entries.map(({ name }) => name);
const messages = (entries: readonly TransformerSettings[]) =>
  orderTransformers(entries).diagnostics.map(({ message }) => message);

test("an entry comes after what it depends on, the others keep their order", () => {
  const { phases, diagnostics } = orderTransformers([
    entry("a", { dependsOn: ["d", "c"] }),
    entry("b"),
    entry("c"),
    entry("d", { dependsOn: ["b"] }),
  ]);
  expect(names(phases.init)).toEqual(["b", "d", "c", "a"]);
  expect(diagnostics).toEqual([]);
});

test("entries are grouped by phase", () => {
  const { phases } = orderTransformers([
    entry("z", { phase: "cleanup" }),
    entry("y", { phase: "environment_connected", dependsOn: ["x"] }),
    entry("x", { phase: "expanded" }),
  ]);
  expect([names(phases.cleanup), names(phases.environment_connected), names(phases.expanded)]).toEqual([
    ["z"],
    ["y"],
    ["x"],
  ]);
});

test("a dependency on a name that several have waits for all", () => {
  const { phases, diagnostics } = orderTransformers([
    entry("a", { dependsOn: ["d"] }),
    entry("d"),
    entry("d#2", { dependsOn: ["d"] }),
  ]);
  expect(names(phases.init)).toEqual(["d", "d#2", "a"]);
  expect(diagnostics).toEqual([]);
});

test("of a name in several phases, those that come too late are not waited for", () => {
  const { diagnostics } = orderTransformers([
    entry("a", { phase: "expanded", dependsOn: ["d"] }),
    entry("d"),
    entry("d#2", { phase: "cleanup" }),
  ]);
  expect(diagnostics).toEqual([]);
});

test.each<[string, readonly TransformerSettings[], string]>([
  ["an unknown name", [entry("a", { dependsOn: ["b"] })], "depends on 'b', which does not exist"],
  ["itself", [entry("a", { dependsOn: ["a"] })], "in a circle: a -> a."],
  [
    "a circle",
    [entry("a", { dependsOn: ["b"] }), entry("b", { dependsOn: ["c"] }), entry("c", { dependsOn: ["a"] })],
    "in a circle: a -> b -> c -> a.",
  ],
  [
    "a later phase",
    [entry("a", { dependsOn: ["b"] }), entry("b", { phase: "expanded" })],
    "runs in the phase 'init' and cannot wait for 'b' of the later phase 'expanded'",
  ],
])("a dependency on %s is an error of its own", (_name, entries, message) => {
  expect(messages(entries)).toEqual([expect.stringContaining(message)]);
  expect(orderTransformers(entries).diagnostics[0]?.position?.column).toBe(20);
});

test.each<[string, readonly TransformerSettings[]]>([
  ["of a later phase", [entry("a", { dependsOn: ["b"] }), entry("b", { phase: "cleanup", enabled: false })]],
  ["in a circle", [entry("a", { dependsOn: ["b"] }), entry("b", { dependsOn: ["a"], enabled: false })]],
])("what is switched off counts as done, also %s", (_name, entries) => {
  expect(messages(entries)).toEqual([]);
});

test("of any dependencies, those that are right hold in the order and every entry is in it once", () => {
  const indices = fc.array(fc.nat({ max: 11 }), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(indices, { minLength: 1, maxLength: 12 }), (graph) => {
      const entries = graph.map((dependsOn, index) =>
        entry(`e${index}`, { dependsOn: dependsOn.map((to) => `e${to}`) }),
      );
      const { phases, diagnostics } = orderTransformers(entries);
      const order = names(phases.init);
      expect(order.toSorted()).toEqual(names(entries).toSorted());
      if (diagnostics.length > 0) return;
      for (const each of entries) {
        for (const name of each.dependsOn) expect(order.indexOf(name)).toBeLessThan(order.indexOf(each.name));
      }
    }),
  );
});

test("a chain longer than the stack is put into order, and so is told a circle as long", () => {
  const length = 20_000;
  const chain = Array.from({ length }, (_, index) =>
    entry(`e${index}`, { dependsOn: index + 1 < length ? [`e${index + 1}`] : [] }),
  );
  const { phases, diagnostics } = orderTransformers(chain);
  expect(names(phases.init).slice(0, 2)).toEqual([`e${length - 1}`, `e${length - 2}`]);
  expect(diagnostics).toEqual([]);
  const circle = [...chain.slice(0, -1), entry(`e${length - 1}`, { dependsOn: ["e0"] })];
  expect(messages(circle)).toEqual([expect.stringMatching(/^The transformers .* e0 -> e1 -> .* -> …\.$/)]);
});
