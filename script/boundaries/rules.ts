/** What the files of one folder may import. Paths are relative to the root and name a folder or a file. */
export interface FolderRule {
  readonly folder: string;
  /** Folders whose code it may run. Its own is always allowed. */
  readonly runs: readonly string[];
  /** Folders of which it may only name types; nothing of them is loaded. */
  readonly namesTypesOf?: readonly string[];
  /** True for code that computes and does no I/O: Node's own modules are forbidden, but for those in `PURE_BUILTINS`. */
  readonly isPure?: boolean;
  readonly reason: string;
}

const src = (name: string): string => `packages/assay/src/${name}`;
const inSrc = (...names: string[]): string[] => names.map(src);

/**
 * The one table of who may import whom. The way is cli → engine → run → plan → runbook and run → platforms → node → os, tools.
 * The first rule whose folder holds a file is its rule, so inner folders stand before outer ones.
 */
export const FOLDER_RULES: readonly FolderRule[] = [
  {
    folder: src("errors"),
    runs: [],
    namesTypesOf: inSrc("runbook/types.ts"),
    isPure: true,
    reason: "everyone throws errors; that of a runbook carries its problems",
  },
  {
    folder: src("units"),
    runs: [],
    isPure: true,
    reason: "quantities in words; everyone who writes for people needs them",
  },
  {
    folder: src("suite"),
    runs: inSrc("errors"),
    namesTypesOf: inSrc("events/types.ts", "features", "node", "platforms", "runbook/requirement.ts"),
    isPure: true,
    reason: "what a suite file is written with; it names what a case needs and gets",
  },
  {
    folder: src("features"),
    runs: inSrc("errors"),
    namesTypesOf: inSrc("node"),
    isPure: true,
    reason: "contracts only; platforms implement them",
  },
  { folder: src("host"), runs: inSrc("errors"), reason: "facts and folders of the machine assay runs on" },
  {
    folder: src("node"),
    runs: inSrc("errors", "os", "suite/outcomes.ts"),
    namesTypesOf: inSrc("features", "tools"),
    reason: "makes shells; `feature()` skips a case, so it throws the case's outcome",
  },
  {
    folder: src("os"),
    runs: inSrc("errors", "node/shell/command.ts", "node/shell/require-success.ts"),
    namesTypesOf: inSrc("node"),
    reason: "reads facts through a shell it is given, with commands written by the `sh` tag",
  },
  {
    folder: src("tools"),
    runs: inSrc(
      "errors",
      "node/shell/command.ts",
      "node/shell/require-success.ts",
      "os/kernel-errors.ts",
      "suite/outcomes.ts",
    ),
    namesTypesOf: inSrc("node", "os"),
    reason: "wraps programs of a guest through the node it is given; shares what a kernel's errors look like with os",
  },
  {
    folder: src("events/types.ts"),
    runs: [],
    namesTypesOf: inSrc("errors"),
    isPure: true,
    reason: "the stream's vocabulary",
  },
  {
    folder: src("events/folds"),
    runs: inSrc("events/types.ts", "errors"),
    isPure: true,
    reason: "reports are folds over events, so a report can be made again from the journal alone",
  },
  {
    folder: src("events"),
    runs: inSrc("errors"),
    namesTypesOf: inSrc("notifiers/notifier.ts"),
    reason: "journal and stream; notifiers are handed in",
  },
  {
    folder: src("runbook/load.ts"),
    runs: inSrc("errors", "runbook"),
    reason: "the one file reader the runbook layer is given",
  },
  { folder: src("runbook"), runs: inSrc("errors"), isPure: true, reason: "text to typed runbook" },
  { folder: src("plan"), runs: inSrc("errors", "runbook", "suite"), isPure: true, reason: "runbook to plan" },
  {
    folder: src("guests"),
    runs: inSrc(
      "errors",
      "image",
      "node",
      "os",
      "plan/guests.ts",
      "runbook/requirement.ts",
      "platforms/qemu/machine/seed.ts",
      "platforms/qemu/machine/ssh-key.ts",
      "platforms/ready/read-key.ts",
    ),
    namesTypesOf: inSrc("platforms", "runbook"),
    reason: "makes guests on connected nodes, whatever platform gave them; shares cloud-init's seed with qemu",
  },
  {
    folder: src("extension"),
    runs: inSrc("errors", "runbook", "platforms"),
    namesTypesOf: inSrc(
      "guests/guest-provider.ts",
      "notifiers/notifier.ts",
      "node/node.ts",
      "suite",
      "transformers/transformer.ts",
    ),
    reason: "loads modules of others, and gives them machines; what they add is handed to the engine",
  },
  {
    folder: src("image"),
    runs: inSrc("errors", "host", "runbook/nearest.ts"),
    reason: "builds and reads images; knows nothing of machines; suggests names as the runbook does",
  },
  {
    folder: src("platforms/libvirt"),
    runs: [
      ...inSrc("errors", "host", "node", "features", "os", "image", "tools", "suite/outcomes.ts"),
      ...inSrc("platforms/platform.ts", "platforms/interactive-console.ts", "platforms/qemu"),
      ...inSrc("platforms/machines-environment.ts", "platforms/live-environments.ts", "platforms/preparation.ts"),
    ],
    reason: "QEMU under another master: boots, copies and connects guests with the parts of the platform qemu",
  },
  {
    folder: src("platforms"),
    runs: inSrc("errors", "host", "node", "features", "os", "image", "tools", "suite/outcomes.ts"),
    namesTypesOf: inSrc("runbook/environment-types.ts", "runbook/requirement.ts", "runbook/types.ts"),
    reason: "gives nodes, as its section of the runbook says, or the outcome that there are none for a case",
  },
  {
    folder: src("performance/load-evaluation.ts"),
    runs: inSrc("errors", "performance"),
    reason: "the one file that reads criteria",
  },
  {
    folder: src("performance"),
    runs: inSrc("units"),
    namesTypesOf: inSrc("events/types.ts"),
    isPure: true,
    reason: "what was measured against criteria",
  },
  {
    folder: src("notifiers"),
    runs: inSrc("errors", "events", "units", "host/replace-file.ts"),
    reason: "the event stream to output",
  },
  {
    folder: src("report"),
    runs: inSrc(
      "events/folds",
      "units",
      "notifiers/build-server-commands.ts",
      "notifiers/clip.ts",
      "notifiers/fit.ts",
      "notifiers/paint.ts",
      "notifiers/printable.ts",
      "notifiers/result-name.ts",
      "notifiers/summary-lines.ts",
      "notifiers/told-message.ts",
    ),
    namesTypesOf: inSrc("events/types.ts"),
    isPure: true,
    reason: "the fold of a journal to text, and the comparison of two",
  },
  {
    folder: src("combinators"),
    runs: inSrc("errors", "runbook", "node/shell/require-success.ts"),
    namesTypesOf: inSrc("node"),
    reason: "combinators that need a machine, which they are handed",
  },
  {
    folder: src("transformers"),
    runs: inSrc("errors", "node", "os", "tools", "runbook/expression"),
    namesTypesOf: inSrc("runbook"),
    reason: "steps before and after the cases, on a node they are handed",
  },
  {
    folder: src("recording"),
    runs: inSrc("errors", "events/mask.ts", "node"),
    namesTypesOf: inSrc("events/types.ts", "features", "platforms"),
    reason: "stands before and in the place of shells and features, of whatever platform",
  },
  {
    folder: src("run"),
    runs: inSrc(
      "errors",
      "events",
      "suite",
      "plan",
      "runbook",
      "platforms",
      "recording",
      "features",
      "node",
      "os",
      "host",
      "image",
      "performance",
      "tools/kernel-config.ts",
      "units",
    ),
    namesTypesOf: inSrc("notifiers", "transformers"),
    reason: "deploys, runs cases, emits events",
  },
  {
    folder: src("engine/index.ts"),
    runs: inSrc("engine"),
    namesTypesOf: inSrc("report"),
    reason: "the functions of the library, which load the rest when they are called: suites import them too",
  },
  {
    folder: src("engine"),
    runs: [
      ...inSrc(
        "combinators",
        "errors",
        "events",
        "extension",
        "guests",
        "host",
        "image",
        "notifiers",
        "performance",
        "plan",
        "platforms",
        "recording",
        "report",
        "run",
        "runbook",
        "suite",
        "transformers",
      ),
      "packages/suites/src",
    ],
    reason: "what a program calls; puts the parts together and prints nothing",
  },
  {
    folder: src("cli"),
    runs: [
      ...inSrc(
        "engine",
        "combinators",
        "errors",
        "events",
        "extension",
        "host",
        "image",
        "notifiers",
        "plan",
        "platforms",
        "recording",
        "report",
        "run",
        "runbook",
        "suite",
        "transformers",
        "node",
        "units",
        "index.ts",
      ),
      "packages/suites/src",
    ],
    reason: "puts the parts together",
  },
  {
    folder: src("testing"),
    runs: inSrc("errors", "events", "features", "node", "os", "platforms", "runbook/requirement.ts", "suite", "tools"),
    namesTypesOf: inSrc("runbook/types.ts"),
    reason: "contract suites and outside worlds for tests",
  },
  {
    folder: src("index.ts"),
    runs: inSrc(
      "errors",
      "events",
      "engine/index.ts",
      "extension/define.ts",
      "extension/machines.ts",
      "node",
      "platforms",
      "runbook",
      "suite",
      "features",
      "tools",
    ),
    namesTypesOf: inSrc("guests/guest-provider.ts", "notifiers/notifier.ts", "os", "transformers/transformer.ts"),
    reason: "the public API",
  },
  {
    folder: "packages/suites",
    runs: [],
    reason: "suites use the public API alone (package 'assay'), like everyone's suites",
  },
];

/** Node's modules that compute and touch nothing outside the process. */
export const PURE_BUILTINS: readonly string[] = [
  "node:crypto",
  "node:path",
  "node:path/posix",
  "node:util",
  "node:string_decoder",
  // Runs a user's pattern under a time limit.
  "node:vm",
];

/** Nobody may import these, but for the files named. */
export interface Fence {
  readonly of: string;
  readonly exceptFrom: readonly string[];
  readonly reason: string;
}

export const FENCES: readonly Fence[] = [
  { of: src("cli"), exceptFrom: [src("cli"), "test", "bench"], reason: "nothing stands on the command line" },
  { of: src("testing"), exceptFrom: [src("testing"), "test", "bench"], reason: "made for tests only" },
];

/** Folders whose sub-folders must not know each other; files directly in the folder are shared. */
export const SIBLINGS_APART: readonly string[] = [src("platforms"), src("notifiers")];

/** Packages that cost start-up time: `await import()` or `import type` only, but for the folders named. */
export interface HeavyPackage {
  readonly name: string;
  /** Folders that are themselves only reached by `await import()`. */
  readonly loadedBy: readonly string[];
}

export const HEAVY_PACKAGES: readonly HeavyPackage[] = [
  { name: "ssh2", loadedBy: ["bench"] },
  { name: "zod", loadedBy: [] },
  { name: "yaml", loadedBy: [] },
  { name: "execa", loadedBy: [] },
  { name: "playwright-core", loadedBy: ["test"] },
];
