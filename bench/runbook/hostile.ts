import { type HostileInput, hostileInputs } from "../../test/runbook/hostile-inputs.ts";
import { loadText } from "../../test/runbook/load-text.ts";

/** The largest file that is read has a million characters; some inputs are slower when they are less than that. */
const SIZES = [50_000, 200_000, 950_000];

/** What one input cost. Processor time, because a busy machine must not make the loader look slow. */
export interface HostileCost {
  readonly name: string;
  readonly seconds: number;
  readonly megabytes: number;
}

/** A runbook as people write them, of about `characters`, that is loaded without a word. */
function ordinaryRunbook(characters: number): string {
  const lines = ["name: ordinary", "testcase:"];
  for (let size = 0, index = 0; size < characters; index += 1) {
    const entry = `  - criteria:\n      name: verify_disk_${index}  # as the last release\n    times: ${1 + (index % 9)}\n    retry: 1\n`;
    lines.push(entry.trimEnd());
    size += entry.length;
  }
  return `${lines.join("\n")}\n`;
}

/** What a megabyte of an ordinary runbook costs, in seconds of processor time: nearly all of it is the YAML parser's. */
export async function measureOrdinary(): Promise<number> {
  const { seconds, megabytes } = await measure({ name: "an ordinary runbook", text: ordinaryRunbook(300_000) });
  return seconds / megabytes;
}

/** Loads every hostile input at three sizes; those that cost most come first. Throws when one is not refused or read soundly. */
export async function measureHostile(): Promise<readonly HostileCost[]> {
  const costs: HostileCost[] = [];
  // Once without measuring, because the first pass compiles.
  for (const input of hostileInputs(10_000)) await loadInput(input);
  for (const size of SIZES) {
    for (const input of hostileInputs(size)) costs.push(await measure(input));
  }
  return costs.sort((left, right) => right.seconds - left.seconds);
}

async function measure(input: HostileInput): Promise<HostileCost> {
  // The smaller of two, because the collector of garbage may still be busy with the input before.
  const seconds = Math.min(await loadSeconds(input), await loadSeconds(input));
  const texts = [input.text, ...Object.values(input.files ?? {}), ...(input.variables ?? [])];
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  return { name: input.name, seconds, megabytes: characters / 1e6 };
}

async function loadSeconds(input: HostileInput): Promise<number> {
  const before = process.cpuUsage();
  await loadInput(input);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function loadInput({ name, text, files = {}, variables = [] }: HostileInput): Promise<void> {
  const { runbook, diagnostics } = await loadText(text, { files, variables });
  if (runbook === undefined && diagnostics.length === 0) throw new Error(`'${name}' was refused without a word.`);
}
