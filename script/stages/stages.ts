/** A part of the gate. */
export interface Stage {
  readonly name: string;
  /** `check` stages are all run and reported; the first failing `tests` stage ends the run. */
  readonly kind: "check" | "tests";
  /** Program of node_modules/.bin, or a script for Node, with its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /** After this long the stage is ended and has failed. */
  readonly limitMinutes: number;
}

/** Where vitest leaves the counts of a stage. */
export const countsFile = (stage: string): string => `.cache/test/${stage}.json`;

const check = (name: string, ...command: [string, ...string[]]): Stage => ({
  name,
  kind: "check",
  command,
  limitMinutes: 5,
});

const tests = (name: string, limitMinutes: number): Stage => ({
  name,
  kind: "tests",
  command: [
    "vitest",
    "run",
    "--project",
    name,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${countsFile(name)}`,
  ],
  limitMinutes,
});

/** Everything that must pass, in the order of its cost. */
export const STAGES: readonly Stage[] = [
  check("boundaries", "script/check-boundaries.ts"),
  check("lint", "biome", "ci", "--error-on-warnings", "--colors=off"),
  check("types", "tsc", "-p", "."),
  check("page-types", "tsc", "-p", "packages/assay/src/notifiers/html/page"),
  check("generated", "script/generated/main.ts", "--check"),
  check("unused", "knip"),
  tests("unit", 5),
  tests("integration", 10),
  tests("vm", 60),
  tests("e2e", 20),
];

/** Guests that sleep, crash, reboot and wait for much longer than the gate may take: run only when they are named. */
const ON_DEMAND: readonly Stage[] = [tests("long", 120)];

/** The stages called `names` (`checks` stands for all checks), in their order; undefined with the first unknown name. */
export function selectStages(names: readonly string[]): readonly Stage[] | { readonly unknown: string } {
  if (names.length === 0) return STAGES;
  const all = [...STAGES, ...ON_DEMAND];
  const unknown = names.find((name) => name !== "checks" && !all.some((stage) => stage.name === name));
  if (unknown !== undefined) return { unknown };
  return all.filter(({ name, kind }) => names.includes(name) || (kind === "check" && names.includes("checks")));
}
