import type { ReadableStream } from "node:stream/web";
import type { Address } from "./address.ts";

/** A file with checksums is small; a server that is slower than this with it is taken to have none. */
const LIMIT_MS = 30_000;
/** Some servers answer every path with the same large file. */
const MAX_CHARS = 4_000_000;

/** The text at an address; undefined when there is none, none in time, or no end of it. Throws only the signal's reason. */
export async function fetchText({ headers, url }: Address, signal?: AbortSignal): Promise<string | undefined> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const stop = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  try {
    const response = await fetch(url, { headers, signal: stop });
    if (response.ok && response.body !== null) return await textOf(response.body as ReadableStream<Uint8Array>);
    await response.body?.cancel();
  } catch {
    signal?.throwIfAborted();
  }
  return undefined;
}

/** Leaving the loop ends the connection. */
async function textOf(body: ReadableStream<Uint8Array>): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MAX_CHARS) return undefined;
  }
  return text + decoder.decode();
}
