import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { markProcess, processState } from "../../packages/assay/src/platforms/qemu/host/process-mark.ts";
import { QmpRefused } from "../../packages/assay/src/platforms/qemu/machine/qmp-client.ts";
import { startPausedQemu } from "./paused-qemu.ts";

const signal = AbortSignal.timeout(120_000);
const isRoot = process.getuid?.() === 0;
let outer: string;
let folder: string;
beforeEach(async () => {
  outer = await mkdtemp(join(tmpdir(), "assay-confinement-"));
  // Closed to others on the way, as a home folder is.
  folder = join(outer, "machine");
  await mkdir(folder, { mode: 0o700 });
});
afterEach(() => rm(outer, { recursive: true, force: true }));

const statusOf = async (pid: number): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (await readFile(`/proc/${pid}/status`, "utf8"))
      .split("\n")
      .map((line) => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1).trim()]),
  );

/** Addresses in hexadecimal at which a process listens for TCP and gets UDP, in the notation of /proc/net. */
async function listening(pid: number): Promise<readonly string[]> {
  const links = (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => ""));
  const inodes = new Set((await Promise.all(links)).map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const found: string[] = [];
  for (const protocol of ["tcp", "tcp6", "udp", "udp6"]) {
    const rows = (await readFile(`/proc/net/${protocol}`, "utf8").catch(() => "")).trim().split("\n").slice(1);
    for (const row of rows) {
      const [, local = "", , state, , , , , , inode] = row.trim().split(/\s+/);
      if (inodes.has(inode) && (protocol.startsWith("udp") || state === "0A")) found.push(local.split(":")[0] ?? "");
    }
  }
  return found;
}

test("QEMU has no rights on the host but those of a user of its own, and leaves no core", async () => {
  await using qemu = await startPausedQemu(folder, signal);
  const status = await statusOf(qemu.pid);
  expect(status.get("Seccomp")).toBe("2");
  expect(status.get("NoNewPrivs")).toBe("1");
  expect(await readFile(`/proc/${qemu.pid}/limits`, "utf8")).toMatch(/^Max core file size +0 +0 /m);
  const [user] = (status.get("Uid") ?? "").split("\t").map(Number);
  if (isRoot) {
    expect(user).toBeGreaterThanOrEqual(1_900_000_000);
    expect(new Set(`${status.get("Uid")}\t${status.get("Gid")}`.split("\t"))).toEqual(new Set([`${user}`]));
    expect(status.get("Groups")).toBe(`${user}`);
    expect(status.get("CapEff")).toBe("0000000000000000");
  } else {
    expect(user).toBe(process.getuid?.());
  }
  // The 127.0.0.1 of the guest's SSH server, and nothing else.
  expect(await listening(qemu.pid)).toEqual(["0100007F"]);
});

test("nobody else can read what belongs to a machine", async () => {
  await using qemu = await startPausedQemu(folder, signal);
  await qemu.qmp.execute("screendump", { filename: join(folder, "screen.ppm"), device: "display0" }, { signal });
  expect((await stat(folder)).mode & 0o007).toBe(0);
  for (const name of ["memory", "serial.log", "qemu.log", "screen.ppm"]) {
    const { mode } = await stat(join(folder, name));
    expect([name, mode & 0o077]).toEqual([name, 0]);
  }
});

test("QEMU is lent the files that commands name, and no others", async () => {
  await using qemu = await startPausedQemu(folder, signal);
  const add = (path: string) =>
    qemu.qmp.execute("blockdev-add", { driver: "file", "node-name": "added", filename: path }, { signal });
  const disk = join(folder, "more.raw");
  await writeFile(disk, Buffer.alloc(65_536), { mode: 0o600 });
  await add(disk);
  await qemu.qmp.execute("blockdev-del", { "node-name": "added" }, { signal });
  const own = join(outer, "owner.raw");
  await writeFile(own, Buffer.alloc(65_536), { mode: 0o600 });
  // As root it may not, and without root the file is its own user's.
  if (isRoot) await expect(add(own)).rejects.toThrow(QmpRefused);
  expect((await stat(own)).uid).toBe(process.getuid?.());
  const written = join(folder, "state.txt");
  await qemu.qmp.execute("screendump", { filename: written, device: "display0" }, { signal });
  expect((await stat(written)).size).toBeGreaterThan(0);
});

test("a QEMU connects to a socket of assay's that nobody else can reach", async () => {
  await using qemu = await startPausedQemu(folder, signal);
  const place = await mkdtemp(join(tmpdir(), "assay-"));
  const path = join(place, "socket");
  const server = createServer((socket) => socket.on("error", () => undefined));
  try {
    server.listen(path);
    await once(server, "listening", { signal });
    const met = once(server, "connection", { signal });
    const addr = { type: "unix", data: { path } };
    await qemu.qmp.execute(
      "chardev-add",
      { id: "met", backend: { type: "socket", data: { addr, server: false } } },
      { signal },
    );
    const [socket] = await met;
    socket.destroy();
    expect((await stat(place)).mode & 0o007).toBe(0);
  } finally {
    server.close();
    await rm(place, { recursive: true, force: true });
  }
});

/** Starts a QEMU in a process of its own that is then killed, and gives the mark of the QEMU. */
async function orphaned(prefix: readonly string[]) {
  const module = JSON.stringify(join(import.meta.dirname, "paused-qemu.ts"));
  const script = `const { startPausedQemu } = await import(${module});
const qemu = await startPausedQemu(${JSON.stringify(folder)}, AbortSignal.timeout(60000));
console.log(qemu.pid); setInterval(() => {}, 1000);`;
  const [program = "", ...options] = [...prefix, process.execPath, "--input-type=module", "-e", script];
  const owner = spawn(program, options, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(owner, "exit");
  const [line] = (await once(owner.stdout, "data", { signal })) as [Buffer];
  const pid = Number(line.toString());
  const mark = await markProcess(pid);
  const status = await statusOf(pid);
  owner.kill("SIGKILL");
  await ended;
  if (mark === undefined) throw new Error("QEMU does not run.");
  return { mark, status };
}

test("QEMU ends with a killed assay, whoever it runs as", async () => {
  const { mark } = await orphaned([]);
  await expect.poll(() => processState(mark), { timeout: 10_000 }).toBe("gone");
});

test("where there is no user to spare QEMU runs as assay does, and still ends with it", async () => {
  // A user namespace with one user in it.
  const { mark, status } = await orphaned(["unshare", "--map-root-user"]);
  expect(status.get("Uid")?.split("\t")[0]).toBe(`${process.getuid?.()}`);
  expect(status.get("Seccomp")).toBe("2");
  await expect.poll(() => processState(mark), { timeout: 10_000 }).toBe("gone");
});
