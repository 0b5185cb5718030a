import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CommandFailed, NodeUnreachable, TimedOut } from "../../errors/catalogue.ts";
import type { Node } from "../../node/node.ts";
import { sh } from "../../node/shell/command.ts";
import type { Environment } from "../../platforms/platform.ts";
import type { CaptureSettings } from "../../runbook/types.ts";
import { KernelConfig } from "../../tools/kernel-config.ts";
import { parseBootTimes } from "./boot-times.ts";

const LIMIT_MS = 30_000;
/** Of each log; the end says most. */
const MOST_LOG_BYTES = 1024 * 1024;

export interface CaptureOptions {
  readonly capture: CaptureSettings;
  /** Of the environment; logs of the Azure agent go below it. */
  readonly logFolder: string;
  readonly signal: AbortSignal;
  /** Takes secrets out of what is kept. */
  readonly mask: (text: string) => string;
  /** Told what could not be looked at; a sentence. */
  readonly say: (text: string) => void;
}

/**
 * What the runbook wants to know of the nodes of an environment that was just connected, as facts for reports. What a
 * node cannot tell is said and no failure.
 */
export async function captureFacts(
  environment: Environment,
  options: CaptureOptions,
): Promise<Readonly<Record<string, string>>> {
  const { nodes } = environment;
  const all = await Promise.all(
    nodes.map(async (node) => {
      const facts = await factsOf(node, options);
      return Object.entries(facts).map(([name, value]) => [nodes.length > 1 ? `${node.name}: ${name}` : name, value]);
    }),
  );
  return Object.fromEntries(all.flat());
}

async function factsOf(node: Node, options: CaptureOptions): Promise<Readonly<Record<string, string>>> {
  const { bootTime, kernelConfig, azureInformation } = options.capture;
  const boot = bootTime ? await orNothing(node, "its boot times", options, () => bootFacts(node, options)) : {};
  const kernel = kernelConfig ? await orNothing(node, "its kernel options", options, () => kernelFacts(node)) : {};
  if (azureInformation) await orNothing(node, "its Azure logs", options, () => keepAzureLogs(node, options));
  return { ...boot, ...kernel };
}

type Facts = Readonly<Record<string, string>>;

async function orNothing(
  { name }: Node,
  what: string,
  { say }: CaptureOptions,
  look: () => Promise<Facts>,
): Promise<Facts> {
  try {
    return await look();
  } catch (error) {
    const isAnswer = [CommandFailed, NodeUnreachable, TimedOut].some((kind) => error instanceof kind);
    if (!isAnswer || !(error instanceof Error)) throw error;
    say(`'${name}' does not tell ${what}: ${error.message}`);
    return {};
  }
}

async function bootFacts(node: Node, { signal }: CaptureOptions): Promise<Facts> {
  const times = parseBootTimes(await node.text(["systemd-analyze", "time"], { timeoutMs: LIMIT_MS, signal }));
  return Object.fromEntries(Object.entries(times).map(([stage, ms]) => [`${stage}_boot_time_ms`, String(ms)]));
}

async function kernelFacts(node: Node): Promise<Facts> {
  const config = node.tool(KernelConfig);
  return {
    mana_driver_enabled: String(await config.isEnabled("CONFIG_MICROSOFT_MANA")),
    nvme_enabled: String(await config.isEnabled("CONFIG_BLK_DEV_NVME")),
  };
}

async function keepAzureLogs(node: Node, { logFolder, signal, mask }: CaptureOptions): Promise<Facts> {
  const options = { sudo: true, timeoutMs: LIMIT_MS, signal };
  const find = sh`find /var/log/azure /var/log/waagent.log -type f 2>/dev/null || true`;
  const paths = (await node.text(find, options)).split("\n").filter((path) => path.startsWith("/var/log/"));
  for (const path of paths) {
    const text = await node.text(["tail", "-c", String(MOST_LOG_BYTES), "--", path], options);
    // The names are the guest's.
    const place = join(logFolder, node.name, path.replaceAll("..", "_"));
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, mask(text));
  }
  return {};
}
