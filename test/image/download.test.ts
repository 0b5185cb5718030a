import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { layOutGpt } from "../../packages/assay/src/image/disk/gpt.ts";
import { planDisk } from "../../packages/assay/src/image/disk/layout.ts";
import { resolveImage } from "../../packages/assay/src/image/resolve.ts";
import { fillFile } from "./fill-file.ts";

const diskSizeMiB = 40;
let folder = "";
let origin = "";
let content = Buffer.alloc(0);
let etag = '"one"';
/** Bytes after which the server breaks off, one for each answer with content; then it breaks off no more. */
let cuts: number[] = [];
let seen: string[] = [];
let sums: string | undefined;
/** How the server gets ranges wrong. */
let slip: { readonly startsAt?: number; readonly atMost?: number } = {};
/** Whether the server answers with an endless file of checksums. */
let flood = false;
let logins: (string | undefined)[] = [];
const server = createServer(answer);

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { range, "if-none-match": ifNoneMatch, "if-range": ifRange } = request.headers;
  seen.push([request.url, range, ifNoneMatch].filter((part) => part !== undefined).join(" "));
  logins.push(request.headers.authorization);
  const path = request.url?.split("?")[0];
  if (path === "/SHA512SUMS" && flood) return void pour(response);
  if (path === "/busy.raw") return void response.writeHead(503).end();
  if (path === "/SHA256SUMS" && sums !== undefined) return void response.end(sums);
  if (path !== "/disk.raw") return void response.writeHead(404).end();
  if (ifNoneMatch === etag) return void response.writeHead(304).end();
  const asked = ifRange === etag ? Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0) : 0;
  const from = asked > 0 ? (slip.startsAt ?? asked) : 0;
  const body = content.subarray(from, asked > 0 && slip.atMost !== undefined ? from + slip.atMost : undefined);
  response.writeHead(from > 0 ? 206 : 200, {
    etag,
    "content-length": body.length,
    ...(from > 0 && { "content-range": `bytes ${from}-${from + body.length - 1}/${content.length}` }),
  });
  const cut = cuts.shift();
  if (cut === undefined) return void response.end(body);
  response.write(body.subarray(0, cut), () => response.destroy());
}

/** Sends without an end, as long as somebody reads. */
function pour(response: ServerResponse): void {
  while (!response.destroyed && response.write("x".repeat(2 ** 16)));
  if (!response.destroyed) response.once("drain", () => pour(response));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-download-"));
  vi.stubEnv("ASSAY_CACHE", join(folder, "cache"));
  await fillFile(join(folder, "disk.raw"), diskSizeMiB * 2 ** 20, [
    ...layOutGpt(planDisk("test", diskSizeMiB, 33).table),
    { offsetBytes: 8 * 2 ** 20, bytes: randomBytes(2 ** 20) },
  ]);
  content = await readFile(join(folder, "disk.raw"));
  etag = '"one"';
  cuts = [];
  seen = [];
  sums = undefined;
  slip = {};
  logins = [];
  flood = false;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port was given.");
  origin = `http://127.0.0.1:${address.port}`;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  if (server.listening) {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }
  await rm(folder, { recursive: true, force: true });
});

const digest = (): string => createHash("sha256").update(content).digest("hex");
const images = (): string[] => seen.filter((each) => /^\/disk\.raw( |$)/.test(each));
const cached = async (): Promise<string[]> =>
  (await readdir(join(folder, "cache/downloads"))).filter((name) => !name.endsWith(".lock"));

test("an image is fetched once and kept under its content", async () => {
  const image = await resolveImage(`${origin}/disk.raw`);
  expect(image).toMatchObject({ name: "disk.raw", format: "raw", digest: digest() });
  expect(image.path).toBe(join(folder, "cache/downloads", digest(), "disk.raw"));
  expect(await resolveImage(`${origin}/disk.raw`)).toEqual(image);
  expect(images()).toEqual(["/disk.raw", '/disk.raw "one"']);
});

test("a server need not be asked when the checksum is known, nor be there when it is not", async () => {
  const image = await resolveImage(`${origin}/disk.raw`);
  const before = seen.length;
  await resolveImage(`${origin}/disk.raw`, { checksum: `sha256:${digest()}` });
  expect(seen).toHaveLength(before);
  server.close();
  server.closeAllConnections();
  const told: string[] = [];
  const again = await resolveImage(`${origin}/disk.raw`, { progress: ({ step }) => void told.push(step) });
  expect(again.path).toBe(image.path);
  expect(told).toContain("Taking the image that was fetched before");
});

test("a new version takes the place of the one before", async () => {
  const first = await resolveImage(`${origin}/disk.raw`);
  content = Buffer.from(content).fill(7, 9 * 2 ** 20, 10 * 2 ** 20);
  etag = '"two"';
  const second = await resolveImage(`${origin}/disk.raw`);
  expect(second.digest).toBe(digest());
  expect(second.digest).not.toBe(first.digest);
});

test("a download that breaks off goes on where it was", async () => {
  cuts = [5_000_000, 4_000_000];
  expect((await resolveImage(`${origin}/disk.raw`)).digest).toBe(digest());
  const [first, second, third] = images();
  expect(first).toBe("/disk.raw");
  for (const request of [second, third]) expect(request).toMatch(/^\/disk\.raw bytes=[1-9]\d*-$/);
});

test("what came before assay gave up is gone on with the next time", async () => {
  cuts = [5_000_000, 0, 0, 0];
  const failing = resolveImage(`${origin}/disk.raw`);
  await expect(failing).rejects.toMatchObject({
    name: "ImageDownloadFailed",
    message: expect.stringMatching(/could not be fetched: .* The \d+ bytes that came are kept/),
  });
  const before = seen.length;
  expect((await resolveImage(`${origin}/disk.raw`)).digest).toBe(digest());
  expect(seen[before]).toMatch(/^\/disk\.raw bytes=[1-9]\d*-$/);
});

test("parts of two versions are never put together", async () => {
  cuts = [5_000_000, 0, 0, 0];
  await expect(resolveImage(`${origin}/disk.raw`)).rejects.toThrow("could not be fetched");
  content = Buffer.from(content).fill(7, 2 ** 20, 2 * 2 ** 20);
  etag = '"two"';
  expect((await resolveImage(`${origin}/disk.raw`)).digest).toBe(digest());
});

test("a server that sends less than the range asked for is asked for the rest", async () => {
  cuts = [5_000_000];
  slip = { atMost: 20_000_000 };
  expect((await resolveImage(`${origin}/disk.raw`)).digest).toBe(digest());
  expect(images()).toHaveLength(3);
});

test("bytes of another range are not put behind what is there", async () => {
  cuts = [5_000_000];
  slip = { startsAt: 1_000_000 };
  expect((await resolveImage(`${origin}/disk.raw`)).digest).toBe(digest());
});

test("what was never gone on with goes after a month", async () => {
  const parts = join(folder, "cache/downloads");
  await mkdir(parts, { recursive: true });
  const longAgo = new Date(Date.now() - 31 * 86_400_000);
  for (const name of ["old.part", "old.part.json", "new.part"]) await writeFile(join(parts, name), "begun");
  for (const name of ["old.part", "old.part.json"]) await utimes(join(parts, name), longAgo, longAgo);
  await resolveImage(`${origin}/disk.raw`);
  expect((await cached()).filter((name) => name.includes(".part"))).toEqual(["new.part"]);
});

test("name and password of an address are given to the server alone", async () => {
  sums = `${digest()}  disk.raw\n`;
  const address = origin.replace("://", "://me:p%40ss@");
  const { checksum } = await resolveImage(`${address}/disk.raw`);
  expect(checksum).toBe(`sha256:${digest()} ('${origin}/SHA256SUMS')`);
  expect(new Set(logins)).toEqual(new Set([`Basic ${Buffer.from("me:p@ss").toString("base64")}`]));
  await expect(resolveImage(`${address}/missing.raw`)).rejects.toThrow(`There is no image at '${origin}/missing.raw'`);
  const hidden = { checksum: `${address}/none/SHA256SUMS?sig=secret` };
  await expect(resolveImage(`${address}/disk.raw`, hidden)).rejects.toThrow(
    `The file with checksums '${origin}/none/SHA256SUMS' cannot be read.`,
  );
});

test("a file of checksums without an end is left alone", async () => {
  flood = true;
  expect((await resolveImage(`${origin}/disk.raw`)).checksum).toBeUndefined();
});

test("addresses that are none are told, a lone percent sign is no harm", async () => {
  await expect(resolveImage("http://[broken/disk.raw")).rejects.toMatchObject({
    name: "ImageError",
    message: "What was given as the address of a file is none.",
  });
  await expect(resolveImage(`${origin}/100%.raw`)).rejects.toThrow(`There is no image at '${origin}/100%.raw'`);
});

test("a file with the wrong checksum is removed", async () => {
  const checksum = `sha256:${"0".repeat(64)}`;
  await expect(resolveImage(`${origin}/disk.raw?secret=1`, { checksum })).rejects.toMatchObject({
    name: "ImageError",
    message: `The image '${origin}/disk.raw' has the wrong checksum: sha256:${digest()}, but the checksum that was given says ${checksum}.`,
  });
  expect(await cached()).toEqual([]);
});

test("the publisher's file with checksums is looked for beside the image", async () => {
  sums = `${digest()}  disk.raw\n`;
  const { checksum } = await resolveImage(`${origin}/disk.raw`);
  expect(checksum).toBe(`sha256:${digest()} ('${origin}/SHA256SUMS')`);
  sums = `${"0".repeat(64)}  disk.raw\n`;
  etag = '"two"';
  await expect(resolveImage(`${origin}/disk.raw`)).rejects.toThrow(`'${origin}/SHA256SUMS' says sha256:000`);
});

test.for([
  ["/missing.raw", "ImageError", /^There is no image at '.*\/missing.raw': the server answers 404 Not Found\.$/],
  ["/busy.raw", "ImageDownloadFailed", /the server answers 503 Service Unavailable/],
] as const)("%s", async ([path, name, message]) => {
  await expect(resolveImage(origin + path)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  expect(await cached()).toEqual([]);
});
