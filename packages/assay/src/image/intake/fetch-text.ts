/** A file with checksums is small; a server that is slower than this with it is taken to have none. */
const LIMIT_MS = 30_000;
const MAX_CHARS = 4_000_000;

/** The text at an address; undefined when there is none, or none in time. Throws only the signal's reason. */
export async function fetchText(address: string, signal?: AbortSignal): Promise<string | undefined> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  try {
    const response = await fetch(address, { signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) });
    if (response.ok) return (await response.text()).slice(0, MAX_CHARS);
    await response.body?.cancel();
  } catch {
    signal?.throwIfAborted();
  }
  return undefined;
}
