import { Command, InvalidArgumentError, Option } from "commander";
import type { TestRunOptions } from "../engine/index.ts";
import { SCHEDULE_POLICIES, type SchedulePolicy } from "../plan/order.ts";
import { parseHostLimit } from "../run/capacity/host-limit.ts";
import { collectValues } from "./collect-values.ts";

/** Options of `assay run` as commander gives them. */
export interface RunCommandOptions {
  readonly runbook?: string;
  readonly variable: readonly string[];
  readonly image?: string;
  readonly imageChecksum?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly cmdline?: string;
  readonly platform?: string;
  readonly json: boolean;
  readonly debug: boolean;
  readonly log_path?: string;
  readonly id?: string;
  readonly case: readonly string[];
  readonly record: boolean;
  /** Seconds. */
  readonly diagnostics?: number;
  readonly pollution?: "auto" | "on" | "off";
  readonly repeatFailures?: number;
  readonly schedule?: SchedulePolicy;
  readonly hostLimit?: string;
}

/** Reads a number of an option; a fraction is one. */
const nonNegative =
  (option: string) =>
  (given: string): number => {
    const value = Number(given);
    if (given.trim() !== "" && value >= 0 && Number.isFinite(value)) return value;
    throw new InvalidArgumentError(`${option} takes a number that is not below 0.`);
  };

/** Reads a whole number of an option. */
export const wholeNumber =
  (option: string) =>
  (given: string): number => {
    if (/^\d{1,6}$/.test(given)) return Number(given);
    throw new InvalidArgumentError(`${option} takes a whole number that is not below 0.`);
  };

/** The command with its options and help; LISA's short and long names are kept. */
export function declareRunCommand(): Command {
  return new Command("run")
    .description("Run the cases of a runbook and give a verdict.")
    .argument("[case...]", "names of cases to run; without them the runbook selects")
    .option("-r, --runbook <file>", "runbook to run (default: the runbook 'default.yml' that comes with assay)")
    .option("-v, --variable <name:value>", "set a variable; s:name:value for a secret; repeatable", collectValues, [])
    .option(
      "--image <path|address|name>",
      "image to test: qcow2, raw, vhd, vhdx or vmdk, also packed (gz, xz, zst, bz2) or at an http(s) address, or a recipe such as debian-12; never modified",
    )
    .option(
      "--image-checksum <checksum>",
      "what the image must be: sha256:HEX, sha512:HEX or a file such as SHA256SUMS",
    )
    .option(
      "--kernel <path|name>",
      "kernel to boot instead of the image's: a bzImage or Debian package; for recipes also cloud, generic, rt, backports or a release",
    )
    .option("--initrd <path>", "initial RAM disk of the kernel")
    .option("--cmdline <parameters>", "kernel parameters that are added to the image's own")
    .option("--platform <type>", "platform instead of the runbook's: qemu, libvirt, local or ready")
    .option("--json", "print one JSON document on standard output; progress goes to standard error", false)
    .option("--record", "store what each case asks of its machines, for 'assay replay'", false)
    .option(
      "--diagnostics <seconds>",
      "how long a machine on which a case failed may take to tell how it is (default: 20; 0: it is not asked)",
      nonNegative("--diagnostics"),
    )
    .option(
      "--repeat-failures <times>",
      "run a failed case so many times more on fresh machines and tell how often it fails (default: 0)",
      wholeNumber("--repeat-failures"),
    )
    .addOption(
      new Option(
        "--pollution <when>",
        "look for what cases leave behind: where machines are shared (auto, the default), everywhere or nowhere",
      ).choices(["auto", "on", "off"]),
    )
    .addOption(scheduleOption())
    .option(
      "--host-limit <limit>",
      "memory and processors of this host for all environments, such as 8G,4; or off (default: what is free; $ASSAY_HOST_LIMIT)",
    )
    .option("-d, --debug", "show stacks of errors", false)
    .option("-l, --log_path <folder>", "folder for the run folders (default: 'runs')")
    .option("-i, --id <id>", "name of the run folder instead of the time and the runbook's name")
    .addHelpText(
      "after",
      "\nExit codes: 0 passed, 1 a case failed, 2 the runbook or command line is wrong, 3 machinery failed or nothing was tested, 130/143 interrupted.",
    );
}

/** What comes first; `assay plan` shows the same order. */
export function scheduleOption(): Option {
  return new Option(
    "--schedule <policy>",
    "what comes first: the most important (priority, the default), the cheapest machines (cost), what failed last time (fail-fast)",
  ).choices(SCHEDULE_POLICIES);
}

/** The options as the engine takes them. Throws UsageError for a limit of the host that is none. */
export function runOptionsOf(
  options: RunCommandOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): TestRunOptions {
  const {
    image,
    imageChecksum,
    kernel,
    initrd,
    cmdline,
    log_path,
    id,
    record,
    diagnostics,
    pollution,
    repeatFailures,
    schedule,
  } = options;
  const { ASSAY_HOST_LIMIT: fromEnvironment = "" } = environment;
  const limit = options.hostLimit ?? (fromEnvironment === "" ? undefined : fromEnvironment);
  const source = options.hostLimit === undefined ? "ASSAY_HOST_LIMIT" : "--host-limit";
  return {
    record,
    ...(image !== undefined && { image }),
    ...(imageChecksum !== undefined && { imageChecksum }),
    ...(kernel !== undefined && { kernel }),
    ...(initrd !== undefined && { initrd }),
    ...(cmdline !== undefined && { cmdline }),
    ...(log_path !== undefined && { logPath: log_path }),
    ...(id !== undefined && { id }),
    ...(diagnostics !== undefined && { diagnosticsMs: diagnostics * 1000 }),
    ...(pollution !== undefined && { pollution }),
    ...(repeatFailures !== undefined && { repeatFailures }),
    ...(schedule !== undefined && { schedule }),
    ...(limit !== undefined && { hostLimit: parseHostLimit(limit, source) }),
  };
}
