import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { quote, sh } from "./command.ts";
import { requireSuccess } from "./require-success.ts";
import type { FileOptions, Shell, ShellText, WriteOptions } from "./types.ts";

type Starter = Pick<Shell, "label" | "run" | "spawn">;

const largestReadBytes = 1024 * 1024 * 1024;
const defaultMode = 0o644;
/** Up to this size the content travels in the command itself, which spares a channel of its own. */
const largestInlineBytes = 6 * 1024;
const catInput = sh`cat`;

/** Reads a whole file, up to 1 GiB, with cat(1). Throws CommandFailed when it cannot be read. */
export async function readThroughShell(shell: Starter, path: string, options: FileOptions): Promise<Uint8Array> {
  const done = await shell.run(["cat", "--", path], { ...options, maxOutputBytes: largestReadBytes });
  requireSuccess(done, shell.label, options.signal);
  return done.stdoutBytes;
}

/** Replaces a file as a whole: readers see the old or the new content, never a part. */
export async function writeThroughShell(
  shell: Starter,
  path: string,
  data: string | Uint8Array,
  options: WriteOptions,
): Promise<void> {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  const mode = options.mode ?? defaultMode;
  const done =
    bytes.length <= largestInlineBytes
      ? await shell.run(replaceFile(path, mode, printing(bytes)), options)
      : await shell.run(replaceFile(path, mode, catInput), { ...options, stdin: bytes });
  requireSuccess(done, shell.label, options.signal);
}

/** Streams a local file, with its mode, into the file at `remotePath`. */
export async function uploadThroughShell(
  shell: Starter,
  localPath: string,
  remotePath: string,
  options: FileOptions,
): Promise<void> {
  const { mode } = await stat(localPath);
  const command = replaceFile(remotePath, mode & 0o777, catInput);
  await using running = await shell.spawn(command, options);
  const problems = gatherText(running.stderr);
  for await (const chunk of createReadStream(localPath, { highWaterMark: 1024 * 1024 })) {
    await running.write(chunk as Uint8Array);
  }
  running.endInput();
  const done = await running.completed;
  requireSuccess({ ...done, stdout: "", stderr: await problems }, shell.label, options.signal);
}

/** Streams a file of the node into a local one, which is there only when all of it has come. */
export async function downloadThroughShell(
  shell: Starter,
  remotePath: string,
  localPath: string,
  options: FileOptions,
): Promise<void> {
  const partPath = `${localPath}.${randomBytes(6).toString("hex")}.part`;
  try {
    await using running = await shell.spawn(["cat", "--", remotePath], options);
    running.endInput();
    const problems = gatherText(running.stderr);
    await using file = await open(partPath, "wx");
    for await (const chunk of running.stdout) await file.write(chunk);
    const done = await running.completed;
    requireSuccess({ ...done, stdout: "", stderr: await problems }, shell.label, options.signal);
    await rename(partPath, localPath);
  } finally {
    await rm(partPath, { force: true });
  }
}

/**
 * Shell text that puts what `source` prints at `path`. The kernel's own file systems take no new files, so there the file
 * is written in place.
 */
function replaceFile(path: string, mode: number, source: ShellText): ShellText {
  if (/^\/(proc|sys|dev)\//.test(path)) return sh`${source} >${path}`;
  const part = `${path}.${randomBytes(6).toString("hex")}.part`;
  const octal = mode.toString(8).padStart(4, "0");
  const steps = sh`(umask 077; ${source} >${part}) && chmod ${octal} -- ${part} && mv -f -- ${part} ${path}`;
  return { kind: "shell-text", text: `${steps.text} || { status=$?; rm -f -- ${quote(part)}; exit $status; }` };
}

/** A builtin that prints any bytes: all but plain characters as the octal escapes of printf(1). */
function printing(bytes: Uint8Array): ShellText {
  const escaped = Buffer.from(bytes)
    .toString("latin1")
    .replace(/[^A-Za-z0-9 _./:=,@\n-]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`)
    // A minus at the start would be an option.
    .replace(/^-/, "\\055");
  return sh`printf ${escaped}`;
}

async function gatherText(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
