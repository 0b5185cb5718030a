import { readdirSync } from "node:fs";
import { join } from "node:path";
import { suites } from "@assay/suites";
import { describe, expect, test } from "vitest";
import { CaseFinder } from "../../packages/assay/src/engine/replay/case-finder.ts";
import type { Entry, EntryOf, Recording, Stored } from "../../packages/assay/src/recording/format.ts";
import { readRecording } from "../../packages/assay/src/recording/recording-file.ts";
import { type Replayed, replayCase } from "../../packages/assay/src/run/replay-case.ts";

const FOLDER = join(import.meta.dirname, "..", "recordings");
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith(".ndjson.gz"));

const load = (name: string): Promise<Recording> => readRecording(join(FOLDER, name));

async function replay(recording: Recording): Promise<Replayed> {
  return await replayCase(recording, await new CaseFinder(suites).find(recording.header), new AbortController().signal);
}

/** The recording with one entry replaced. */
function withEntry(recording: Recording, entry: Entry, replacement: Entry): Recording {
  return { ...recording, entries: recording.entries.map((each) => (each === entry ? replacement : each)) };
}

function otherCommand(request: Stored): Stored {
  if (typeof request !== "object" || request === null || !("command" in request)) return request;
  const { command } = request;
  return { ...request, command: Array.isArray(command) ? [...command, "--other"] : `${command} --other` };
}

const isCommand = (entry: Entry): entry is EntryOf<"call"> =>
  entry.kind === "call" && entry.via === "shell" && entry.method === "run";

test("there are recordings of several suites", () => {
  expect(new Set(NAMES.map((name) => name.split(".")[0])).size).toBeGreaterThanOrEqual(5);
});

describe.each(NAMES)("%s", (name) => {
  test("is replayed as it was recorded", async () => {
    const recording = await load(name);
    const replayed = await replay(recording);
    expect(replayed).toMatchObject({ isAsRecorded: true, divergence: undefined, missing: [] });
    expect(replayed.verdict).toEqual(replayed.recorded);
  });

  test("every command that is another one is told, with the line of the case", async () => {
    const recording = await load(name);
    for (const call of recording.entries.filter(isCommand)) {
      const replayed = await replay(withEntry(recording, call, { ...call, request: otherCommand(call.request) }));
      expect(replayed).toMatchObject({ isAsRecorded: false, divergence: { kind: "changed" } });
      expect(replayed.divergence?.expected).toContain("--other");
      expect(replayed.divergence?.at).toMatch(/packages\/suites\/src\/.+\.ts:\d+:\d+$/);
    }
  });
});

/** Answers that no guest gives whose case passes, each with what the case then says. */
const TAMPERED: readonly [name: string, answer: RegExp, otherAnswer: string, message: RegExp][] = [
  ["CPU.verify_cpu_count", /(Core\(s\) per socket: +)2/, "$17", /counts 2 CPUs, but its .+ are 7/],
  ["Storage.verify_os_partition_identifier", /(\\nUUID=)cc526b37/, "$1dd526b37", /dd526b37/],
  ["Storage.verify_swap", /(\\u001eswaps\\n)/, "$1/swapfile file 1048572 0 -2\\n", /swap/],
];

test.each(TAMPERED)("an answer of %s that was tampered with fails the case", async (name, answer, other, message) => {
  const recording = await load(`${name}.ndjson.gz`);
  const text = JSON.stringify(recording);
  const tampered = text.replace(answer, other);
  expect(tampered).not.toBe(text);
  const replayed = await replay(JSON.parse(tampered));
  expect(replayed).toMatchObject({ isAsRecorded: false, divergence: undefined, verdict: { status: "FAILED" } });
  expect(replayed.verdict.message).toMatch(message);
});

test("all of them together take less time than one fork", async () => {
  const startedMs = performance.now();
  for (const name of NAMES) await replay(await load(name));
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
