import { setTimeout as wait } from "node:timers/promises";

export interface AzureOpenAiOptions {
  /** Address of the resource, such as `https://name.openai.azure.com`. */
  readonly endpoint: string;
  /** Address for embeddings; that of the resource, or of its deployment as the portal shows it. */
  readonly embeddingEndpoint: string | undefined;
  readonly key: string | undefined;
  /** For one attempt. Default: one minute. */
  readonly timeoutMs?: number;
}

export interface ChatMessage {
  readonly role: "system" | "user";
  readonly content: string;
}

/** The newest version of the service's interface that is not a preview (Azure OpenAI REST API reference). */
const API_VERSION = "2024-10-21";
const EMBEDDING_DEPLOYMENT = "text-embedding-3-large";
const TIMEOUT_MS = 60_000;
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 1000;
/** A service that wants us to wait longer is not waited for. */
const LONGEST_PAUSE_MS = 60_000;
/** A longer answer is none. */
const MOST_BYTES = 4 << 20;

/**
 * Asks chat models and embeddings of Azure OpenAI. What is busy or broken for a moment is asked again, as the service
 * says when; everything else is thrown with the service's own reason.
 */
export class AzureOpenAi {
  readonly #options: AzureOpenAiOptions;

  constructor(options: AzureOpenAiOptions) {
    this.#options = options;
  }

  /** The text that the deployment answers with. */
  async chat(deployment: string, messages: readonly ChatMessage[], signal: AbortSignal): Promise<string> {
    const url = deploymentUrl(this.#options.endpoint, deployment, "chat/completions");
    const answer = await this.#post(url, { messages }, signal);
    const [choice] = itemsOf(answer, "choices");
    const content = fieldOf(fieldOf(choice, "message"), "content");
    if (typeof content === "string" && content.trim() !== "") return content;
    const reason = fieldOf(choice, "finish_reason");
    throw new Error(
      reason === "content_filter"
        ? "the service's filter for content refused the evidence"
        : "the service answered without a text",
    );
  }

  /** The vector of a text. */
  async embed(input: string, signal: AbortSignal): Promise<readonly number[]> {
    const { endpoint, embeddingEndpoint = endpoint } = this.#options;
    const url = deploymentUrl(embeddingEndpoint, EMBEDDING_DEPLOYMENT, "embeddings");
    const answer = await this.#post(url, { input }, signal);
    const vector = fieldOf(itemsOf(answer, "data")[0], "embedding");
    if (Array.isArray(vector) && vector.every((each) => typeof each === "number")) return vector;
    throw new Error("the service answered without an embedding");
  }

  async #post(url: URL, body: object, signal: AbortSignal): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#once(url, body, signal);
      if (outcome.kind === "answer") return outcome.value;
      const pauseMs = outcome.pauseMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1);
      if (outcome.kind === "refused" || attempt === ATTEMPTS || pauseMs > LONGEST_PAUSE_MS) {
        throw new Error(outcome.reason);
      }
      await wait(pauseMs, undefined, { signal });
    }
  }

  async #once(url: URL, body: object, signal: AbortSignal): Promise<Outcome> {
    const { key, timeoutMs = TIMEOUT_MS } = this.#options;
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...(key !== undefined && { "api-key": key }) },
        body: JSON.stringify(body),
        // The key is for this host alone: a way to another one is an answer that is refused.
        redirect: "manual",
        signal: AbortSignal.any([signal, limit]),
      });
      const text = await textOf(response);
      if (response.ok) return { kind: "answer", value: JSON.parse(text) };
      return {
        kind: response.status === 429 || response.status === 408 || response.status >= 500 ? "busy" : "refused",
        reason: `the service answered ${response.status}${saidBy(text)}`,
        pauseMs: pauseOf(response.headers, Date.now()),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (limit.aborted) return { kind: "busy", reason: `the service did not answer within ${timeoutMs / 1000} s` };
      if (error instanceof SyntaxError) return { kind: "refused", reason: "the service answered with no JSON" };
      if (error instanceof TooLong) return { kind: "refused", reason: error.message };
      return { kind: "busy", reason: `the service '${url.origin}' cannot be reached: ${causeOf(error)}` };
    }
  }
}

type Outcome =
  | { readonly kind: "answer"; readonly value: unknown }
  | { readonly kind: "busy" | "refused"; readonly reason: string; readonly pauseMs?: number | undefined };

class TooLong extends Error {}

/** Throws for an address that would send the key in the clear. */
function deploymentUrl(endpoint: string, deployment: string, operation: string): URL {
  const url = URL.parse(endpoint);
  if (url === null) throw new Error(`'${endpoint}' is no address of a service`);
  if (url.protocol !== "https:" && !isHere(url))
    throw new Error(`'${url.origin}' is not asked, because it is not https`);
  if (!url.pathname.endsWith(`/${operation}`)) {
    const base = url.pathname.replace(/\/+$/, "").replace(/\/openai$/, "");
    url.pathname = `${base}/openai/deployments/${encodeURIComponent(deployment)}/${operation}`;
  }
  if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", API_VERSION);
  return url;
}

const isHere = ({ protocol, hostname }: URL): boolean =>
  protocol === "http:" && (hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]");

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > MOST_BYTES) throw new TooLong("the service's answer is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** When the service wants to be asked again, in milliseconds from now: `retry-after-ms`, or RFC 9110, 10.2.3. */
function pauseOf(headers: Headers, now: number): number | undefined {
  const milliseconds = headers.get("retry-after-ms");
  if (milliseconds !== null && Number(milliseconds) >= 0) return Number(milliseconds);
  const given = headers.get("retry-after");
  if (given === null) return undefined;
  if (Number(given) >= 0) return Number(given) * 1000;
  const at = Date.parse(given);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** So much of an error of the service tells enough. */
const MOST_SAID = 300;

function saidBy(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "";
  }
  const message = fieldOf(fieldOf(value, "error"), "message");
  return typeof message === "string" ? `: ${message.slice(0, MOST_SAID)}` : "";
}

function causeOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : undefined;

function itemsOf(value: unknown, name: string): readonly unknown[] {
  const items = fieldOf(value, name);
  return Array.isArray(items) ? items : [];
}
