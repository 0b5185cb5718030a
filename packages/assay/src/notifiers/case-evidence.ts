import { open, readdir, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import type { ResultSummary } from "../events/folds/run-summary.ts";
import { clipMiddle, clipStart } from "./clip.ts";

/** One command a case ran, as `commands.ndjson` tells it, cut to what a report can carry. */
export interface CommandRecord {
  readonly startedAt: string;
  readonly node: string;
  readonly command: string;
  /** How it ended in words: `exit 1`, `timed out after 10 s`. */
  readonly outcome: string;
  readonly isFailure: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** A file of the run folder that a report may link to; `href` is a relative URL. */
export interface EvidenceLink {
  readonly name: string;
  readonly href: string;
  readonly sizeBytes: number;
}

export interface CaseEvidence {
  readonly commands: readonly CommandRecord[];
  /** Commands before the ones kept. */
  readonly earlierCommands: number;
  readonly serial: string;
  readonly files: readonly EvidenceLink[];
}

export interface EvidenceLimits {
  readonly commands: number;
  /** Characters kept of each output stream. */
  readonly outputLength: number;
  readonly serialLength: number;
}

const FILES = ["case.log", "commands.ndjson", "serial.log"] as const;
/** The console of one of several nodes. */
const SERIAL_OF_NODE = /^serial-.+\.log$/;
/** Enough for some hundred commands; what stands before it is left in the file. */
const READ_COMMANDS_BYTES = 1 << 20;

/** Reads what a case left in its folder. Missing or torn files give what is there: a report must never fail on its evidence. */
export async function readCaseEvidence(
  runFolder: string,
  result: ResultSummary,
  limits: EvidenceLimits,
): Promise<CaseEvidence> {
  const folder = result.folder === undefined ? undefined : safeRelative(result.folder);
  if (folder === undefined) {
    const serial = clipStart(result.serialTail ?? "", limits.serialLength);
    return { commands: [], earlierCommands: 0, serial, files: [] };
  }
  // One look at the folder: most cases leave only some of the files, and a run has thousands of folders.
  const there = new Set(await readdir(join(runFolder, folder)).catch(() => []));
  const tailOf = async (name: string, limitBytes: number): Promise<Tail> =>
    there.has(name) ? await readTail(join(runFolder, folder, name), limitBytes) : NOTHING;
  const [commandsText, serialText] = await Promise.all([
    tailOf("commands.ndjson", limits.commands === 0 ? 0 : READ_COMMANDS_BYTES),
    result.serialTail === undefined
      ? tailOf("serial.log", limits.serialLength * 2)
      : { text: result.serialTail, isWhole: true },
  ]);
  const { commands, earlier } = parseCommands(commandsText, limits);
  const serials = [...there].filter((name) => SERIAL_OF_NODE.test(name)).sort();
  const candidates = [
    ...[...FILES.filter((name) => there.has(name)), ...serials].map((name) => ({ name, paths: [`${folder}/${name}`] })),
    ...[...result.artifacts, ...result.diagnostics].map(({ name, path }) => ({
      name,
      paths: [path, `${folder}/${path}`],
    })),
  ];
  const files = await Promise.all(candidates.map(({ name, paths }) => linkTo(runFolder, name, paths)));
  return {
    commands,
    earlierCommands: earlier,
    serial: limits.serialLength === 0 ? "" : clipStart(serialText.text, limits.serialLength),
    files: files.filter((link) => link !== undefined),
  };
}

async function linkTo(runFolder: string, name: string, paths: readonly string[]): Promise<EvidenceLink | undefined> {
  for (const path of paths) {
    const relative = safeRelative(path);
    if (relative === undefined) continue;
    try {
      const found = await stat(join(runFolder, relative));
      if (found.isFile() && found.size > 0) return { name, href: hrefOf(relative), sizeBytes: found.size };
    } catch {
      // Not there: the next candidate, or no link at all.
    }
  }
  return undefined;
}

/** The path if it is relative and stays inside the folder it is relative to. Guests choose artefact names. */
function safeRelative(path: string): string | undefined {
  const normal = posix.normalize(path);
  const leaves = posix.isAbsolute(normal) || normal === ".." || normal.startsWith("../") || normal.includes("\0");
  return leaves ? undefined : normal;
}

/** A relative URL: `./` keeps a name such as `javascript:x` from being read as a scheme. */
const hrefOf = (path: string): string => `./${path.toWellFormed().split("/").map(encodeURIComponent).join("/")}`;

interface Tail {
  readonly text: string;
  /** False when the beginning of the file is missing. */
  readonly isWhole: boolean;
}

const NOTHING: Tail = { text: "", isWhole: true };

async function readTail(path: string, limitBytes: number): Promise<Tail> {
  if (limitBytes === 0) return NOTHING;
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const from = Math.max(0, size - limitBytes);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
    return { text: buffer.toString("utf8", 0, bytesRead), isWhole: from === 0 };
  } catch {
    return NOTHING;
  }
}

function parseCommands(tail: Tail, limits: EvidenceLimits): { commands: CommandRecord[]; earlier: number } {
  const lines = tail.text.split("\n").filter((line) => line !== "");
  if (!tail.isWhole) lines.shift();
  const kept = lines.slice(Math.max(0, lines.length - limits.commands));
  const commands = kept.map((line) => parseCommand(line, limits.outputLength)).filter((record) => record !== undefined);
  return { commands, earlier: lines.length - kept.length };
}

function parseCommand(line: string, outputLength: number): CommandRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const record: Readonly<Record<string, unknown>> = { ...value };
  const outcome = outcomeText(record.outcome, record.exitCode);
  return {
    startedAt: text(record.startedAt),
    node: text(record.node),
    command: clipMiddle(commandText(record.command), outputLength),
    outcome,
    isFailure: outcome !== "exit 0",
    stdout: clipMiddle(text(record.stdout), outputLength),
    stderr: clipMiddle(text(record.stderr), outputLength),
    durationMs: typeof record.durationMs === "number" ? record.durationMs : 0,
  };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** A command is stored as text, as its argument list, or as shell text. */
function commandText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((argument) => quoteWhenNeeded(String(argument))).join(" ");
  if (typeof value === "object" && value !== null && "text" in value) return text(value.text);
  return "";
}

const quoteWhenNeeded = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;

function outcomeText(outcome: unknown, exitCode: unknown): string {
  if (typeof exitCode === "number") return `exit ${exitCode}`;
  if (typeof outcome === "string") return outcome;
  if (typeof outcome !== "object" || outcome === null || !("kind" in outcome)) return "unknown";
  if ("exitCode" in outcome && typeof outcome.exitCode === "number") return `exit ${outcome.exitCode}`;
  if ("signal" in outcome && typeof outcome.signal === "string") return `killed by ${outcome.signal}`;
  if ("afterMs" in outcome && typeof outcome.afterMs === "number") return `timed out after ${outcome.afterMs / 1000} s`;
  if ("reason" in outcome && typeof outcome.reason === "string") return `connection lost: ${outcome.reason}`;
  return text(outcome.kind);
}
