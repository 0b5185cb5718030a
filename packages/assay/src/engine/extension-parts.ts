import { AssayError } from "../errors/assay-error.ts";
import { PlatformError, UsageError } from "../errors/catalogue.ts";
import type { Extensions } from "../extension/load-extension.ts";
import type { Notifier } from "../notifiers/notifier.ts";
import type { Platform } from "../platforms/platform.ts";
import type { Combinator } from "../runbook/combinators/combinator.ts";
import type { CombinatorSettings, Runbook } from "../runbook/types.ts";

/** The notifiers of a runbook that extensions add. Throws UsageError when one cannot be made. */
export function extensionNotifiers(extensions: Extensions, runbook: Runbook, runFolder: string): readonly Notifier[] {
  return runbook.notifiers.flatMap(({ type, settings }) => {
    const part = extensions.find("notifier", type);
    if (part === undefined) return [];
    try {
      return [part.make({ runFolder, settings })];
    } catch (error) {
      throw failed("notifier", type, error);
    }
  });
}

/** The platform of a runbook when an extension adds it. Throws PlatformError when it cannot be made. */
export async function extensionPlatform(
  extensions: Extensions,
  runbook: Runbook,
  setup: { readonly runId: string; readonly signal: AbortSignal },
): Promise<Platform | undefined> {
  const { type } = runbook.platform;
  const part = extensions.find("platform", type);
  try {
    return await part?.make({ settings: runbook.platform, runbook, ...setup });
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new PlatformError(`The platform '${type}' cannot be made: ${messageOf(error)}`, { cause: error });
  }
}

/** The combinator when an extension adds it. Throws UsageError when it cannot be made. */
export async function extensionCombinator(
  extensions: Extensions,
  settings: CombinatorSettings,
): Promise<Combinator | undefined> {
  try {
    return await extensions.find("combinator", settings.type)?.make(settings);
  } catch (error) {
    throw failed("combinator", settings.type, error);
  }
}

function failed(part: string, type: string, error: unknown): AssayError {
  if (error instanceof AssayError) return error;
  return new UsageError(`The ${part} '${type}' cannot be made: ${messageOf(error)}`, {
    cause: error,
    help: "It comes from an extension; correct it there.",
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
