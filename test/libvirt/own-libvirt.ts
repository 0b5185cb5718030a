import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A daemon of libvirt with folders of its own, which knows no domain but those a test makes. */
export interface OwnLibvirt extends AsyncDisposable {
  /** As `uri` under `platform.libvirt`. */
  readonly uri: string;
}

const START_LIMIT_MS = 90_000;
const isRoot = process.getuid?.() === 0;

/** Why no daemon can be started here; undefined when one can. */
export function whyNoLibvirt(): string | undefined {
  const programs = ["libvirtd", "virsh", "script", "stdbuf", ...(isRoot ? ["unshare", "mount"] : [])];
  const missing = programs.filter((name) => spawnSync("which", [name]).status !== 0);
  if (missing.length > 0) return `'${missing.join("', '")}' is not installed`;
  return undefined;
}

/** Why no machine can have a TPM here; undefined when one can. */
export function whyNoTpm(): string | undefined {
  return spawnSync("which", ["swtpm_setup"]).status === 0 ? undefined : "'swtpm_setup' is not installed";
}

/** Why no network can be made here; undefined when one can. */
export function whyNoNetworks(): string | undefined {
  if (!isRoot) return "networks need root";
  const missing = ["dnsmasq", "ip", "iptables"].filter((name) => spawnSync("which", [name]).status !== 0);
  return missing.length > 0 ? `'${missing.join("', '")}' is not installed` : undefined;
}

/**
 * In a mount namespace every folder of the system's libvirt is the test's own, so that the real one is never touched. Only
 * the socket is seen from outside.
 */
const AS_ROOT = `set -e
mount --make-rprivate /
for folder in run/libvirt var/lib/libvirt var/cache/libvirt var/log/libvirt etc/libvirt; do
  mkdir -p "/$folder" "$1/$folder"
  if [ "$folder" = etc/libvirt ]; then cp -a /etc/libvirt/. "$1/etc/libvirt/"; fi
  mount --bind "$1/$folder" "/$folder"
done
rm -rf /etc/libvirt/qemu/networks/autostart /etc/libvirt/qemu/autostart
printf 'stdio_handler = "file"\\nsecurity_driver = "none"\\nuser = "root"\\ngroup = "root"\\ncgroup_controllers = []\\n' >> /etc/libvirt/qemu.conf
exec libvirtd --config "$1/libvirtd.conf" --pid-file "$1/libvirtd.pid"`;

/** Starts a daemon: the system's as root, else that of a session. It ends with what is returned. */
export async function openLibvirt(): Promise<OwnLibvirt> {
  // A session's libvirt puts sockets below it, whose paths have room for a hundred characters.
  const folder = await mkdtemp(isRoot ? join(tmpdir(), "assay-libvirt-test-") : "/tmp/lv-");
  // The account of QEMU has to come through.
  await chmod(folder, 0o755);
  const sockets = join(folder, "sock");
  await mkdir(sockets);
  await writeFile(
    join(folder, "libvirtd.conf"),
    `unix_sock_dir = "${sockets}"\nunix_sock_group = "root"\nauth_unix_rw = "none"\nunix_sock_rw_perms = "0700"\n`,
  );
  const home = join(folder, "home");
  await mkdir(home);
  const own = { HOME: home, XDG_RUNTIME_DIR: join(folder, "xdg"), XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home };
  await mkdir(own.XDG_RUNTIME_DIR, { mode: 0o700 });
  const errors: string[] = [];
  const daemon: ChildProcess = isRoot
    ? spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", AS_ROOT, "sh", folder], stdio)
    : spawn("libvirtd", [], { ...stdio, env: { ...process.env, ...own } });
  daemon.stderr?.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  const ended = once(daemon, "close");
  const socket = isRoot ? join(sockets, "libvirt-sock") : join(own.XDG_RUNTIME_DIR, "libvirt", "libvirt-sock");
  const uri = `qemu+unix:///${isRoot ? "system" : "session"}?socket=${socket}`;
  const opened: OwnLibvirt = {
    uri,
    async [Symbol.asyncDispose]() {
      await endAll(uri);
      daemon.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
  const deadline = Date.now() + START_LIMIT_MS;
  while (spawnSync("virsh", ["--connect", uri, "uri"]).status !== 0) {
    if (Date.now() > deadline || daemon.exitCode !== null) {
      await opened[Symbol.asyncDispose]();
      throw new Error(`libvirtd did not start: ${errors.join("").slice(-2000)}`);
    }
    // A daemon that is being started has no event to wait for.
    await delay(200);
  }
  return opened;
}

const stdio = { stdio: ["ignore", "ignore", "pipe"] as ["ignore", "ignore", "pipe"] };

/** Machines outlive their daemon. */
async function endAll(uri: string): Promise<void> {
  for (const name of virsh(uri, "list", "--name").split("\n")) if (name !== "") virsh(uri, "destroy", name);
}

/** What virsh prints; empty where it fails. */
export function virsh(uri: string, ...command: readonly string[]): string {
  return spawnSync("virsh", ["--quiet", "--connect", uri, ...command], { encoding: "utf8" }).stdout?.trim() ?? "";
}
