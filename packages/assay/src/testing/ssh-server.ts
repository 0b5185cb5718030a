import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

export interface SshServer extends AsyncDisposable {
  readonly address: "127.0.0.1";
  readonly port: number;
  /** The user the tests run as: the only one an sshd of a plain user can log in. */
  readonly username: string;
  readonly privateKey: string;
  readonly folder: string;
  /** Stops the listener; connections that are open go on. */
  stop(): Promise<void>;
  /** Listens again at the same port. */
  start(): Promise<void>;
  /** Gives the server another host key; it counts from the next start on. */
  changeHostKey(): void;
}

export interface SshServerOptions {
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
  /** Name of an empty folder in the server's folder that comes first on the search path of its sessions. */
  readonly searchFolder?: string;
}

const startTimeoutMs = 10_000;

/** A real OpenSSH sshd on a loopback port with keys and configuration of its own, gone with everything when disposed. */
export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), "assay-sshd-"));
  const userKey = join(folder, "user_key");
  const hostKey = join(folder, "host_key");
  makeKey(userKey);
  makeKey(hostKey);
  // sshd of root insists on its empty folder, which only the service's start script makes.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const port = await freePort();
  const searchFolder = options.searchFolder === undefined ? undefined : join(folder, options.searchFolder);
  if (searchFolder !== undefined) mkdirSync(searchFolder);
  const configFile = join(folder, "sshd_config");
  const config = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${userKey}.pub`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin yes",
    "MaxStartups 100",
    "Subsystem sftp internal-sftp",
    ...(searchFolder === undefined ? [] : [`SetEnv PATH=${searchFolder}:/usr/local/bin:/usr/bin:/bin`]),
    ...(options.config ?? []),
  ];
  await writeFile(configFile, `${config.join("\n")}\n`);
  let server: ChildProcess | undefined = await listen(configFile);
  const stop = async () => {
    const running = server;
    server = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    running.once("exit", () => resolve());
    running.kill("SIGTERM");
    await gone;
  };
  return {
    address: "127.0.0.1",
    port,
    username: userInfo().username,
    privateKey: await readFile(userKey, "utf8"),
    folder,
    stop,
    start: async () => {
      server = await listen(configFile);
    },
    changeHostKey: () => makeKey(hostKey),
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function makeKey(file: string): void {
  execFileSync("sh", ["-c", 'rm -f "$0" "$0.pub"; exec ssh-keygen -q -t ed25519 -N "" -f "$0"', file]);
}

async function listen(configFile: string): Promise<ChildProcess> {
  // A test run that is killed takes the server along.
  const program = ["--pdeathsig", "TERM", "/usr/sbin/sshd", "-D", "-e", "-f", configFile];
  const server = spawn("setpriv", program, { stdio: ["ignore", "ignore", "pipe"] });
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>();
  let said = "";
  const fail = (why: string) => reject(new Error(`sshd ${why}: ${said}`));
  const timer = setTimeout(fail, startTimeoutMs, "did not listen in time");
  server.once("error", (error) => fail(`could not be started (${error.message})`));
  server.once("exit", () => fail("ended at once"));
  server.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes("Server listening on")) resolve(server);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    probe.close(() => resolve(port));
  });
  return await promise;
}
