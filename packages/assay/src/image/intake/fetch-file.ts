import { createWriteStream } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { ImageDownloadFailed, ImageError } from "../../errors/catalogue.ts";
import { isDiskFull } from "../../errors/disk-full.ts";
import { replaceFile } from "../../host/replace-file.ts";
import type { Address } from "./address.ts";

/** What a server said about a file that was fetched. */
export interface Fetched {
  /** Strong validators by which a later request knows the same content; undefined when the server gave none. */
  readonly etag?: string;
  readonly lastModified?: string;
  readonly sizeBytes: number;
}

export interface FetchOrder {
  readonly address: Address;
  /** Where the content goes. What an earlier attempt left there is gone on with. */
  readonly part: string;
  /** What is there already; a server that still has it is not asked for it again. */
  readonly known: Fetched | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A server from which nothing comes for so long is taken for gone, in milliseconds. */
const STALL_MS = 60_000;
/** Attempts in a row that bring nothing. */
const MAX_FRUITLESS = 3;

/**
 * Fetches a file, going on after lost connections where they were lost. Returns undefined when the server still has
 * what is known. Throws ImageError for an address that gives no file, ImageDownloadFailed when the server is out of
 * reach or breaks off again and again; what has come stays in `part` then.
 */
export async function fetchFile(order: FetchOrder): Promise<Fetched | undefined> {
  let fruitless = 0;
  let reached = await sizeOf(order.part);
  for (;;) {
    try {
      return await attempt(order);
    } catch (error) {
      order.signal?.throwIfAborted();
      if (error instanceof ImageError || isDiskFull(error)) throw error;
      const now = await sizeOf(order.part);
      fruitless = now > reached ? 0 : fruitless + 1;
      // The furthest: a server that knows no ranges and breaks off sooner or later would be asked for ever.
      reached = Math.max(reached, now);
      if (fruitless >= MAX_FRUITLESS) throw unreachable(order, error, now);
    }
  }
}

async function attempt({ address, known, part, signal }: FetchOrder): Promise<Fetched | undefined> {
  const stall = new AbortController();
  const patience = setTimeout(() => stall.abort(new Error(`nothing came for ${STALL_MS / 1000} s`)), STALL_MS);
  const stop = signal === undefined ? stall.signal : AbortSignal.any([signal, stall.signal]);
  try {
    const begun = await readBegun(part);
    const headers = { ...address.headers, ...headersFor(begun, known) };
    const response = await fetch(address.url, { headers, signal: stop });
    if (response.status === 304 && known !== undefined) return undefined;
    const isContinued = response.status === 206 && begun !== undefined;
    if (!isContinued && response.status !== 200) {
      await response.body?.cancel();
      // The range is not there: the part is of something else, or whole already.
      if (response.status === 416) await forget(part);
      throw response.status >= 500 || PASSING.has(response.status)
        ? new Error(`the server answers ${response.status} ${response.statusText}`)
        : noFile(address, response);
    }
    const sizeBytes = isContinued ? await continuedSize(response, begun, part) : lengthOf(response);
    const fetched: Fetched = {
      // An answer with a range need not repeat all of them (RFC 9110, 15.3.7).
      ...(isContinued && validatorsIn(begun)),
      ...validatorsOf(response),
      sizeBytes,
    };
    if (!isContinued) {
      // First, so that nobody finds the bytes of one version with the tag of another.
      await rm(part, { force: true });
      await replaceFile(`${part}.json`, JSON.stringify(fetched));
    }
    if (response.body === null) throw new Error("the server sends no content");
    const body = Readable.fromWeb(response.body as ReadableStream).on("data", () => patience.refresh());
    await pipeline(body, createWriteStream(part, { flags: "a", mode: 0o600 }), { signal: stop });
    const hasBytes = await sizeOf(part);
    if (Number.isFinite(sizeBytes) && hasBytes !== sizeBytes) throw new Error(`${hasBytes} of ${sizeBytes} bytes came`);
    return { ...fetched, sizeBytes: hasBytes };
  } finally {
    clearTimeout(patience);
  }
}

/** Refusals below 500 that another attempt may not meet: too slow, no such range, too many requests. */
const PASSING: ReadonlySet<number> = new Set([408, 416, 429]);

const lengthOf = ({ headers }: Response): number => Number(headers.get("content-length") ?? Number.NaN);

/**
 * The size of the whole file of which `response` brings the rest, or a part of the rest. Throws, and forgets what there is, when it
 * brings other bytes than those that follow.
 */
async function continuedSize(response: Response, { hasBytes }: Begun, part: string): Promise<number> {
  const range = response.headers.get("content-range") ?? "";
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range) ?? [];
  if (Number(from) === hasBytes) return total === "*" ? hasBytes + lengthOf(response) : Number(total);
  await response.body?.cancel();
  await forget(part);
  throw new Error(`the server sends '${range}' when asked for what follows byte ${hasBytes}`);
}

interface Begun extends Fetched {
  readonly hasBytes: number;
}

/** A part can be gone on with when the server gave something by which it knows the same content again. */
async function readBegun(part: string): Promise<Begun | undefined> {
  const hasBytes = await sizeOf(part);
  try {
    const begun: Fetched = JSON.parse(await readFile(`${part}.json`, "utf8"));
    if (hasBytes > 0 && (begun.etag ?? begun.lastModified) !== undefined) return { ...begun, hasBytes };
  } catch {
    // Nothing is known of what is there: it is fetched from the start.
  }
  return undefined;
}

function headersFor(begun: Begun | undefined, known: Fetched | undefined): Record<string, string> {
  // Packed on the way it would have another length, and no range of it could be asked for.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (begun !== undefined) {
    headers.range = `bytes=${begun.hasBytes}-`;
    headers["if-range"] = begun.etag ?? begun.lastModified ?? "";
  } else if (known?.etag !== undefined) headers["if-none-match"] = known.etag;
  else if (known?.lastModified !== undefined) headers["if-modified-since"] = known.lastModified;
  return headers;
}

const validatorsIn = ({ etag, lastModified }: Fetched): Pick<Fetched, "etag" | "lastModified"> => ({
  ...(etag === undefined ? {} : { etag }),
  ...(lastModified === undefined ? {} : { lastModified }),
});

/** Weak tags promise only that content means the same, not that it has the same bytes (RFC 9110, 8.8.1). */
function validatorsOf({ headers }: Response): Pick<Fetched, "etag" | "lastModified"> {
  const etag = headers.get("etag");
  const lastModified = headers.get("last-modified");
  return {
    ...(etag === null || etag.startsWith("W/") ? {} : { etag }),
    ...(lastModified === null ? {} : { lastModified }),
  };
}

async function forget(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

const noFile = ({ called }: Address, { status, statusText }: Response): ImageError =>
  new ImageError(`There is no image at '${called}': the server answers ${status} ${statusText}.`, {
    help: "Check the address, and whether it asks for a login or has run out.",
  });

function unreachable({ address: { called } }: FetchOrder, error: unknown, hasBytes: number): ImageDownloadFailed {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  // That of several addresses which all refuse has no message, but a code.
  const why = cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
  const left =
    hasBytes === 0 ? "" : ` The ${hasBytes} bytes that came are kept, and the next attempt goes on from there.`;
  return new ImageDownloadFailed(`The image '${called}' could not be fetched: ${why}.${left}`, {
    help: "Check the network and the server, then try again. A proxy is taken from the environment with NODE_USE_ENV_PROXY=1.",
    cause: error,
  });
}
