import { createHash } from "node:crypto";
import type { Command, FileOptions, RunOptions, SpawnOptions, WriteOptions } from "../node/shell/types.ts";

/** What makes one call the same as another. Limits and signals do not: they bound a call, they do not change it. */
export type Requested = Readonly<Record<string, unknown>>;

/** Content up to this size is kept as it is, so that a difference can be shown; of more only its digest. */
const LARGEST_SHOWN_BYTES = 64 * 1024;

export function runRequest(command: Command, options: RunOptions & SpawnOptions): Requested {
  const { stdin } = options;
  return {
    command: "kind" in command ? command.text : command,
    ...(options.sudo === true ? { sudo: true } : {}),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.isTty === true ? { tty: true } : {}),
    ...(stdin === undefined ? {} : { stdin: content(stdin) }),
  };
}

export function fileRequest(path: string, options: FileOptions): Requested {
  return { path, ...(options.sudo === true ? { sudo: true } : {}) };
}

/** `data` is undefined for a local file that cannot be read. */
export function writeRequest(path: string, data: string | Uint8Array | undefined, options: WriteOptions): Requested {
  return {
    ...fileRequest(path, options),
    ...(options.mode === undefined ? {} : { mode: options.mode.toString(8) }),
    content: data === undefined ? null : content(data),
  };
}

function content(data: string | Uint8Array): unknown {
  const bytes = typeof data === "string" ? Buffer.from(data) : Buffer.from(data);
  if (bytes.length <= LARGEST_SHOWN_BYTES) return bytes;
  return { sha256: createHash("sha256").update(bytes).digest("hex"), sizeBytes: bytes.length };
}
