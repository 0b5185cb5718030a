import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that the peer got. */
export interface PeerRequest {
  readonly path: string;
  readonly deployment: string;
  readonly operation: string;
  readonly apiVersion: string | null;
  readonly key: string | undefined;
  /** As it came over the wire. */
  readonly text: string;
  readonly body: { readonly messages?: readonly { role: string; content: string }[]; readonly input?: string };
}

type Answer = (response: ServerResponse, request: PeerRequest, count: number) => void;

/**
 * A server that speaks the wire format of Azure OpenAI for chat completions and embeddings, as its REST reference gives
 * it. `answer` takes the place of the usual answer.
 */
export async function openAiPeer(answer: Answer = usual) {
  const requests: PeerRequest[] = [];
  const server = createServer((incoming, response) => {
    void read(incoming).then((request) => {
      requests.push(request);
      answer(response, request, requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(incoming: IncomingMessage): Promise<PeerRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const url = new URL(incoming.url ?? "/", "http://peer");
  const [, deployment = "", operation = ""] = /^\/openai\/deployments\/([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
  const text = Buffer.concat(chunks).toString();
  const key = incoming.headers["api-key"];
  return {
    path: url.pathname,
    deployment,
    operation,
    apiVersion: url.searchParams.get("api-version"),
    key: typeof key === "string" ? key : undefined,
    text,
    body: JSON.parse(text),
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export function sendChat(response: ServerResponse, content: string | null, finishReason = "stop"): void {
  sendJson(response, 200, {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_764_000_000,
    model: "gpt-4o",
    choices: [{ index: 0, finish_reason: finishReason, message: { role: "assistant", content } }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  });
}

export function sendEmbedding(response: ServerResponse, embedding: readonly number[]): void {
  sendJson(response, 200, {
    object: "list",
    model: "text-embedding-3-large",
    data: [{ object: "embedding", index: 0, embedding }],
    usage: { prompt_tokens: 5, total_tokens: 5 },
  });
}

export function sendError(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(response, status, { error: { code: String(status), message } }, headers);
}

function usual(response: ServerResponse, { operation, deployment }: PeerRequest): void {
  if (operation === "embeddings") sendEmbedding(response, [1, 0]);
  else sendChat(response, `answer of ${deployment}`);
}
