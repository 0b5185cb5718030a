import { PlatformError } from "../../../errors/catalogue.ts";
import { sh } from "../../../node/shell/command.ts";
import type { Shell } from "../../../node/shell/types.ts";

const LIMIT_MS = 120_000;

/** What a running guest tells of the way it was booted. */
export interface BootFacts {
  /** Kernel parameters without those of the boot loader. */
  readonly commandLine: string;
  /** The same, but with the root by its partition, which a kernel finds without an initial RAM disk. */
  readonly commandLineOfKernelAlone: string;
  /** `uname -r`. */
  readonly release: string;
}

/** Reads how the guest was booted. Throws PlatformError when it does not tell. */
export async function readBootFacts(shell: Shell, signal: AbortSignal): Promise<BootFacts> {
  const done = await shell.run(
    sh`echo "parameters $(cat /proc/cmdline)"; echo "release $(uname -r)"
echo "partition $(findmnt -no PARTUUID /)"; echo "type $(findmnt -no FSTYPE /)"`,
    { signal, timeoutMs: LIMIT_MS },
  );
  signal.throwIfAborted();
  // A connection that is lost on the way has told a part of it.
  const facts = done.exitCode === 0 ? bootFactsOf(done.stdout) : undefined;
  if (facts !== undefined) return facts;
  throw new PlatformError(`The image does not tell how it was booted: ${done.stderr.trim() || done.outcome.kind}`);
}

/** Reads the lines that begin with `parameters`, `release`, `partition` and `type`; undefined without a release. */
export function bootFactsOf(output: string): BootFacts | undefined {
  const line = (name: string): string => new RegExp(`^${name} (.*)$`, "m").exec(output)?.[1]?.trim() ?? "";
  const [release, partition, type] = [line("release"), line("partition"), line("type")];
  if (release === "") return undefined;
  const words = line("parameters").split(/\s+/);
  const parameters = words.filter((word) => !/^(BOOT_IMAGE|initrd)=/.test(word));
  const byPartition = parameters.map((word) =>
    word.startsWith("root=") && partition !== "" ? `root=PARTUUID=${partition}` : word,
  );
  const isTyped = type === "" || parameters.some((word) => word.startsWith("rootfstype="));
  return {
    commandLine: parameters.join(" "),
    commandLineOfKernelAlone: [...byPartition, ...(isTyped ? [] : [`rootfstype=${type}`])].join(" "),
    release,
  };
}
