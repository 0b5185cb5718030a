import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import type { ShellText } from "../../packages/assay/src/index.ts";
import type { Platform } from "../../packages/assay/src/platforms/platform.ts";
import { qemuPlatform } from "../../packages/assay/src/platforms/qemu/qemu-platform.ts";
import { CaseFolder } from "../../packages/assay/src/run/case-folder.ts";
import { requirementOf } from "../../packages/assay/src/run/requirement.ts";
import { type CaseOutcome, runCase } from "../../packages/assay/src/run/run-case.ts";
import type { Case } from "../../packages/assay/src/suite/index.ts";

export interface FreshGuestOptions {
  readonly variables: Readonly<Record<string, unknown>>;
  /** Run as root in the guest before the case, in this order. */
  readonly scripts: readonly ShellText[];
}

/** Name of the guest in every message. */
const GUEST = "node-0";

/** Image under test, by name or path. */
const IMAGE = process.env.ASSAY_TEST_IMAGE ?? "debian-12";

const endOfTests = new AbortController();
const { signal } = endOfTests;
let opened: Promise<Platform> | undefined;

/** One platform for all tests of a file: the template is made once, and kept for later files and runs. */
async function openPlatform(): Promise<Platform> {
  const image = await resolveImage(IMAGE, { signal });
  return qemuPlatform({ image, section: {}, runId: `proof-${process.pid}`, keepEnvironment: "no" });
}

afterAll(async () => {
  endOfTests.abort();
  await (await opened)?.[Symbol.asyncDispose]();
});

/** Runs one case as the engine does, on a guest that nobody has used before and that `scripts` have prepared. */
export async function runOnFreshGuest(one: Case, options: FreshGuestOptions): Promise<CaseOutcome["finished"]> {
  opened ??= openPlatform();
  const platform = await opened;
  const runFolder = await mkdtemp(join(tmpdir(), "assay-proof-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(runFolder, { recursive: true, force: true }));
  const environment = cleanup.use(
    await platform.deploy(requirementOf(one), {
      environmentName: GUEST,
      signal,
      logFolder: runFolder,
      progress: () => undefined,
    }),
  );
  const [node] = environment.nodes;
  for (const script of options.scripts) {
    await node.text(script, { sudo: true });
  }
  // What the platform learned of the guest before it was prepared may no longer be true.
  node.refresh();
  const folder = cleanup.use(new CaseFolder(runFolder, one.name, (text) => text));
  const { finished } = await runCase({
    case: one,
    identity: { resultId: `${one.suite.name}.${one.name}#1`, suite: one.suite.name, case: one.name },
    environment,
    folder,
    variables: options.variables,
    timeoutMs: one.timeoutMs,
    ignoreFailure: false,
    signal,
    emit: () => undefined,
  });
  return finished;
}
