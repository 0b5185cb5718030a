import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { makeMask } from "../../packages/assay/src/events/mask.ts";
import { type LogAgentOptions, logAgent } from "../../packages/assay/src/notifiers/log-agent/log-agent.ts";
import { openAiPeer, type PeerRequest, sendChat, sendEmbedding, sendError, sendJson } from "./openai-peer.ts";

const SECRET = 'sec"ret\nvalue';
const NEVER = new AbortController().signal;

function runFolderWith(files: Readonly<Record<string, string>>): { runFolder: string; folder: string } {
  const runFolder = mkdtempSync(join(tmpdir(), "assay-log-agent-"));
  const folder = join(runFolder, "cases/S.a");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return { runFolder, folder };
}

interface Scene {
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: Partial<LogAgentOptions>;
}

function agentFor(endpoint: string, { files = { "case.log": "one line" }, options = {} }: Scene = {}) {
  const { runFolder, folder } = runFolderWith(files);
  const agent = logAgent({
    runFolder,
    endpoint,
    embeddingEndpoint: undefined,
    key: "the-key",
    generalDeployment: "general",
    softwareDeployment: "software",
    skipsDuplicates: false,
    ...options,
  });
  const analyse = (resultId = "S.a", message = "It broke.", signal = NEVER): Promise<string> =>
    agent.analyse({ resultId, suite: "S", case: "a", message, folder, mask: makeMask([SECRET, "the-key"]) }, signal);
  const log = (): string => readFileSync(join(runFolder, "ai_log_agent.log"), "utf8");
  return { analyse, log, folder };
}

const userText = ({ body }: PeerRequest): string => body.messages?.find(({ role }) => role === "user")?.content ?? "";

test("the logs are read by one deployment, and what it finds is judged by the other", async () => {
  await using peer = await openAiPeer();
  const { analyse, log } = agentFor(peer.endpoint, { files: { "case.log": "it says boo", "serial.log": "panic!" } });
  expect(await analyse()).toBe("answer of general");
  expect(
    peer.requests.map(({ deployment, operation, apiVersion, key }) => [deployment, operation, apiVersion, key]),
  ).toEqual([
    ["software", "chat/completions", "2024-10-21", "the-key"],
    ["general", "chat/completions", "2024-10-21", "the-key"],
  ]);
  const [read, judged] = peer.requests.map(userText);
  expect(read).toMatch(/Test: S\.a\nMessage: It broke\.\n\n=== case\.log\nit says boo\n\n=== serial\.log\npanic!/);
  expect(judged).toContain("Facts:\nanswer of software");
  expect(log()).toMatch(/begins with 'S\.a'.*asks 'software'.*asks 'general'.*of 'S\.a' it makes:\nanswer of general/s);
});

test("no secret leaves the host: those of the runbook, nor what looks like one", async () => {
  await using peer = await openAiPeer();
  const command = { node: "n", command: `echo ${SECRET}`, exitCode: 1, stdout: `${SECRET}\n`, stderr: "" };
  const { analyse, log } = agentFor(peer.endpoint, {
    files: {
      "case.log": `a ${SECRET} b\npassword=hunter2\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n`,
      "commands.ndjson": `${JSON.stringify(command)}\n`,
      "serial.log": "https://user:swordfish@host/ and Authorization: Bearer abcdefgh12345678",
      "diagnostics/dmesg.txt": `line with ${SECRET}`,
    },
  });
  await analyse("S.a", `it said ${SECRET} and password=pass4message`);
  const sent = peer.requests.map(({ text }) => JSON.stringify(JSON.parse(text))).join("\n");
  for (const secret of [
    SECRET,
    JSON.stringify(SECRET).slice(1, -1),
    "hunter2",
    "pass4message",
    "b3BlbnNzaC1rZXk",
    "swordfish",
    "abcdefgh12345678",
    "the-key",
  ]) {
    expect(sent).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(log()).not.toContain(secret);
  }
  expect(sent).toContain("echo ******");
});

test("what is sent is bounded, and keeps what sounds like trouble and the end", async () => {
  await using peer = await openAiPeer();
  const noise = "all is well here\n".repeat(20_000);
  const text = `${noise}EARLY error: disk is gone\n${noise.slice(0, 90_000)}THE END\n`;
  const { analyse } = agentFor(peer.endpoint, {
    files: {
      "case.log": text,
      "serial.log": text,
      "commands.ndjson": "{broken\n",
      "diagnostics/dmesg.txt": "x".repeat(1e6),
    },
  });
  await analyse("S.a", "m".repeat(100_000));
  const [read = ""] = peer.requests.map(userText);
  expect(read.length).toBeLessThan(70_000);
  expect(read.match(/EARLY error: disk is gone/g)).toHaveLength(2);
  expect(read.match(/THE END/g)).toHaveLength(2);
});

test.each([
  ["retry-after-ms", "1"],
  ["retry-after", "0"],
  ["retry-after", "Thu, 01 Jan 1970 00:00:00 GMT"],
])("a busy service is asked again when it says so (%s: %s)", async (name, value) => {
  await using peer = await openAiPeer((response, _request, count) =>
    count === 1 ? sendError(response, 429, "slow down", { [name]: value }) : sendChat(response, "fine"),
  );
  expect(await agentFor(peer.endpoint).analyse()).toBe("fine");
  expect(peer.requests).toHaveLength(3);
});

test("a service that stays busy is given up after three times", async () => {
  await using peer = await openAiPeer((response) => sendError(response, 503, "tired", { "retry-after-ms": "1" }));
  await expect(agentFor(peer.endpoint).analyse()).rejects.toThrow("the service answered 503: tired");
  expect(peer.requests).toHaveLength(3);
});

test.each<[what: string, answer: Parameters<typeof openAiPeer>[0], reason: string]>([
  ["a wrong key", (response) => sendError(response, 401, "Access denied."), "the service answered 401: Access denied."],
  ["too long a wait", (response) => sendError(response, 429, "later", { "retry-after": "3600" }), "429: later"],
  ["a filter", (response) => sendChat(response, null, "content_filter"), "the service's filter for content refused"],
  ["no text", (response) => sendChat(response, " "), "answered without a text"],
  ["no choices", (response) => sendJson(response, 200, { choices: "x" }), "answered without a text"],
  ["no JSON", (response) => void response.end("<html>"), "answered with no JSON"],
  ["an error page", (response) => void response.writeHead(404).end("<html>"), "the service answered 404"],
  [
    "an answer without end",
    (response) => {
      const more = (): void =>
        void (response.write("x".repeat(1 << 16)) ? setImmediate(more) : response.once("drain", more));
      more();
    },
    "the service's answer is too long",
  ],
  [
    "a way to another host",
    (response) => void response.writeHead(307, { location: "http://127.0.0.1:1/" }).end(),
    "the service answered 307",
  ],
])("%s is a reason and not asked again and again", async (_what, answer, reason) => {
  await using peer = await openAiPeer(answer);
  const { analyse, log } = agentFor(peer.endpoint, { options: { timeoutMs: 5000 } });
  await expect(analyse()).rejects.toThrow(reason);
  expect(log()).toContain("gives up 'S.a'");
});

test.each([
  ["http://example.com", "'http://example.com' is not asked, because it is not https"],
  ["ftp://127.0.0.1", "is not asked"],
  ["nonsense", "'nonsense' is no address of a service"],
])("the key goes to no such place as %s", async (endpoint, reason) => {
  await expect(agentFor(endpoint).analyse()).rejects.toThrow(reason);
});

test("a service that says nothing costs its time limit, and an interrupt ends it at once", async () => {
  await using peer = await openAiPeer(() => undefined);
  await expect(
    agentFor(peer.endpoint, { options: { timeoutMs: 50 } }).analyse("S.a", "m", AbortSignal.timeout(800)),
  ).rejects.toThrow();
  const interrupt = new AbortController();
  const running = agentFor(peer.endpoint).analyse("S.a", "m", interrupt.signal);
  interrupt.abort(new Error("stop"));
  await expect(running).rejects.toThrow("stop");
});

test("equal errors are analysed once where that is asked for", async () => {
  await using peer = await openAiPeer();
  const { analyse } = agentFor(peer.endpoint, { options: { skipsDuplicates: true } });
  await analyse("S.a", "It broke.");
  expect(await analyse("S.b", "It broke.")).toBe("The same error as in 'S.a': see the analysis there.");
  expect(await analyse("S.c", "It broke otherwise.")).toBe("answer of general");
  expect(peer.requests).toHaveLength(4);
  const { analyse: always } = agentFor(peer.endpoint);
  await always("S.a", "It broke.");
  expect(await always("S.b", "It broke.")).toBe("answer of general");
});

test("errors of the same meaning are equal where there are embeddings; without an answer they are compared as they are", async () => {
  const vectors = new Map([
    ["disk 3 gone", [1, 0.1]],
    ["disk 4 gone", [1, 0.12]],
    ["no network", [0, 1]],
  ]);
  await using peer = await openAiPeer((response, { operation, deployment, body }) => {
    if (operation !== "embeddings") return sendChat(response, `answer of ${deployment}`);
    const vector = vectors.get(body.input ?? "");
    return vector === undefined ? sendError(response, 400, "no such text") : sendEmbedding(response, vector);
  });
  const embeddingEndpoint = `${peer.endpoint}/openai/deployments/mine/embeddings?api-version=2023-05-15`;
  const { analyse } = agentFor(peer.endpoint, { options: { skipsDuplicates: true, embeddingEndpoint } });
  expect(await analyse("S.a", "disk 3 gone")).toBe("answer of general");
  expect(await analyse("S.b", "disk 4 gone")).toContain("The same error as in 'S.a'");
  expect(await analyse("S.c", "no network")).toBe("answer of general");
  expect(await analyse("S.d", "unknown")).toBe("answer of general");
  expect(await analyse("S.e", "unknown")).toContain("'S.d'");
  const asked = peer.requests.filter(({ operation }) => operation === "embeddings");
  expect(asked.map(({ deployment, apiVersion }) => [deployment, apiVersion])).toEqual(
    Array(4).fill(["mine", "2023-05-15"]),
  );
});

test("a case that never began is analysed by its message, and a log that cannot be written harms nothing", async () => {
  await using peer = await openAiPeer();
  const agent = logAgent({
    runFolder: "/nowhere",
    endpoint: `${peer.endpoint}/`,
    embeddingEndpoint: undefined,
    key: undefined,
    generalDeployment: "my general",
    softwareDeployment: "software",
    skipsDuplicates: false,
  });
  const failed = { resultId: "S.a", suite: "S", case: "a", message: "No machine.", folder: undefined, mask: String };
  expect(await agent.analyse(failed, NEVER)).toBe("answer of my%20general");
  expect(peer.requests.map(({ key }) => key)).toEqual([undefined]);
  expect(userText(peer.requests[0] as PeerRequest)).toContain("There are no logs.");
  expect(existsSync("/nowhere")).toBe(false);
});
