import { makeCombinator } from "../combinators/make-combinator.ts";
import type { Platform } from "../platforms/platform.ts";
import { makePlatform } from "../run/make-platform.ts";
import { hostRequirement } from "../run/requirement.ts";
import { connectMachine } from "../run/transform/connect-machine.ts";
import type { Combinator } from "../runbook/combinators/combinator.ts";
import type { Runbook } from "../runbook/types.ts";
import type { CheckedRunbook } from "./checked-runbook.ts";
import { extensionCombinator, extensionPlatform } from "./extension-parts.ts";
import type { TestRunOptions } from "./run-options.ts";

/** What the parts of a run are made for. */
export interface PartsSetup {
  readonly options: TestRunOptions;
  readonly checked: CheckedRunbook;
  readonly signal: AbortSignal;
  /** Marks what is made for this run; unique on this machine. */
  readonly runId: string;
}

/** The platform of a runbook, of an extension or built in, with the guests on its nodes when there are some. */
export async function platformOf(runbook: Runbook, setup: PartsSetup): Promise<Platform> {
  const platform = await machinesOf(runbook, setup);
  const { guests } = runbook.platform;
  if (guests === undefined) return platform;
  const [{ guestPlatform }, { guestProvider }] = await Promise.all([
    import("../guests/guest-platform.ts"),
    import("../guests/registry.ts"),
  ]);
  return guestPlatform(platform, {
    guests,
    providerOf: async (type) => setup.checked.extensions.find("guest", type) ?? (await guestProvider(type)),
    hostRequirement: (nodeCount) => hostRequirement(runbook, nodeCount),
  });
}

async function machinesOf(runbook: Runbook, setup: PartsSetup): Promise<Platform> {
  const { options, checked, signal, runId } = setup;
  const added = await extensionPlatform(checked.extensions, runbook, { runId, signal });
  if (added !== undefined) return added;
  const { cmdline, image, imageChecksum, initrd, kernel } = options;
  return await makePlatform({
    runbook,
    image,
    overrides: {
      ...(imageChecksum !== undefined && { image_checksum: imageChecksum }),
      ...(kernel !== undefined && { kernel }),
      ...(initrd !== undefined && { initrd }),
      ...(cmdline !== undefined && { cmdline }),
    },
    run: runId,
    signal,
    progress: ({ step, detail, elapsedMs }) => {
      const took = elapsedMs === undefined ? "…" : ` ${(elapsedMs / 1000).toFixed(1)} s`;
      const text = `image: ${step}${detail === undefined ? "" : ` ${detail}`}${took}`;
      options.onNotice?.({ kind: "image", text, step, detail, elapsedMs });
    },
  });
}

/** The combinator of a runbook, of an extension or built in; undefined when it has none. */
export async function combinatorOf(runbook: Runbook, { checked, signal }: PartsSetup): Promise<Combinator | undefined> {
  const { combinator } = runbook;
  if (combinator === undefined) return undefined;
  const added = await extensionCombinator(checked.extensions, combinator);
  if (added !== undefined) return added;
  return await makeCombinator(
    combinator,
    async (connection) => (await connectMachine(connection, runbook, signal)).shell,
  );
}
