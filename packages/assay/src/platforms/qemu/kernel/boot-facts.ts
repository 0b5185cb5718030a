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
  const done = await shell.run(sh`cat /proc/cmdline; uname -r; findmnt -no PARTUUID /; findmnt -no FSTYPE /`, {
    signal,
    timeoutMs: LIMIT_MS,
  });
  signal.throwIfAborted();
  const [given = "", release = "", partition = "", fileSystem = ""] = done.stdout
    .split("\n")
    .map((line) => line.trim());
  if (release === "")
    throw new PlatformError(`The image does not tell how it was booted: ${done.stderr.trim() || done.outcome.kind}`);
  const parameters = given.split(/\s+/).filter((word) => !/^(BOOT_IMAGE|initrd)=/.test(word));
  const byPartition = parameters.map((word) =>
    word.startsWith("root=") && partition !== "" ? `root=PARTUUID=${partition}` : word,
  );
  const types = fileSystem === "" || given.includes("rootfstype=") ? [] : [`rootfstype=${fileSystem}`];
  return {
    commandLine: parameters.join(" "),
    commandLineOfKernelAlone: [...byPartition, ...types].join(" "),
    release,
  };
}
