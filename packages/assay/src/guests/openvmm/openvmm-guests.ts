import { PlatformError, UsageError } from "../../errors/catalogue.ts";
import type { Node } from "../../node/node.ts";
import { sh } from "../../node/shell/command.ts";
import type { ShellText } from "../../node/shell/types.ts";
import { guestAccount, textOf } from "../account.ts";
import { withConsoleTail } from "../boot-tail.ts";
import { connectGuest, type GuestAddress } from "../connect-guest.ts";
import { extraArguments } from "../extra-arguments.ts";
import { fileOnHost } from "../file-on-host.ts";
import type { Guest, GuestOrder, GuestProvider } from "../guest-provider.ts";
import { seedOnHost } from "../seed-on-host.ts";
import { guestSize } from "../size.ts";
import { type OpenvmmPlan, openvmmCommand } from "./command.ts";
import { type NetworkPlan, networkPlan } from "./network-plan.ts";
import { freePortScript, startScript } from "./start-script.ts";
import { forwardScript, leaseScript, tapScript } from "./tap-network.ts";

const STANDARD_FOLDER = "/var/tmp";
const STANDARD_BINARY = "/usr/local/bin/openvmm";
/** LISA's limit for the first login to such a guest. */
const LOGIN_MS = 300_000;
const SCRIPT_MS = 120_000;
/** A lease may take 300 s. */
const LEASE_MS = 330_000;
const GIB = 1024 ** 3;

/** OpenVMM guests on Linux nodes, as LISA makes them. */
export const openvmmGuests: GuestProvider = { type: "openvmm", create };

async function create(order: GuestOrder): Promise<Guest> {
  const { settings: entry, host, signal, progress, place } = order;
  const { settings } = entry;
  const node = host.withSignal(signal);
  const base = textOf(settings.lisa_working_dir) ?? STANDARD_FOLDER;
  const account = await guestAccount(settings, "root");
  const network = networkPlan(mapping(settings.network), place);
  const size = await guestSize(order);
  const uefi = mapping(settings.uefi);
  const firmware = { path: textOf(uefi.firmware_path) ?? "", isRemote: uefi.firmware_is_remote_path === true };
  const image = { path: textOf(settings.disk_img) ?? "", isRemote: settings.disk_img_is_remote_path === true };
  const firmwareFile = await fileOnHost({ ...firmware, what: "firmware" }, base, order);
  const imageFile = await fileOnHost({ ...image, what: "image" }, base, order);
  const folder = await order.workFolder(base);
  const disk = `${folder}/disk.raw`;
  await ran(order, "disk", cloneScript(imageFile, disk, Number(settings.min_raw_disk_size_gb ?? 0) * GIB));
  const seed = `${folder}/seed.iso`;
  await seedOnHost(order, account, seed);
  const forwardedPort = await openPort(node, network);
  const isFile = mapping(settings.serial).mode !== "stderr";
  const plan: OpenvmmPlan = {
    ...size,
    binary: await binaryOn(node, textOf(settings.openvmm_binary) ?? STANDARD_BINARY),
    hypervisor: (await node.run(["test", "-e", "/dev/mshv"])).exitCode === 0 ? "mshv" : "kvm",
    firmware: firmwareFile,
    disk,
    diskDevice: settings.disk_device === "virtio-blk" ? "virtio-blk" : "scsi",
    seed,
    iommu: settings.iommu === "intel" || settings.iommu === "amd" ? settings.iommu : "none",
    processorsPerSocket: typeof settings.vps_per_socket === "number" ? settings.vps_per_socket : undefined,
    smt: textOf(settings.smt) ?? "off",
    serialFile: isFile ? `${folder}/console.log` : undefined,
    network,
    forwardedPort,
    extraArguments: extraArguments(settings.extra_args),
  };
  if (plan.iommu !== "none" && plan.diskDevice !== "virtio-blk" && network.device !== "virtio") {
    throw new UsageError("The IOMMU of an openvmm guest has no device behind it.", {
      help: "Set 'disk_device: virtio-blk' or 'network.device: virtio', or 'iommu: none'.",
    });
  }
  if (network.backend.mode === "tap") await ran(order, "network", tapScript(network.backend, folder));
  progress("boot", `${size.cores} cores, ${size.memoryMb} MiB`);
  await ran(order, "OpenVMM", startScript(folder, openvmmCommand(plan)));
  const login = addressOf(order, network, folder, forwardedPort).then((address) =>
    connectGuest(order, address, account, LOGIN_MS),
  );
  const guest = await withConsoleTail(order, plan.serialFile ?? `${folder}/openvmm.log`, login);
  return {
    node: guest,
    description: `openvmm guest on '${host.name}' (${plan.hypervisor}, ${size.cores} cores, ${size.memoryMb} MiB)`,
    // The machine itself ends with its folder.
    [Symbol.asyncDispose]: async () => await guest.shell[Symbol.asyncDispose](),
  };
}

/** Runs a script on the node. Throws PlatformError with what it said. */
async function ran(
  { host, name, signal }: GuestOrder,
  what: string,
  script: ShellText,
  timeoutMs = SCRIPT_MS,
): Promise<string> {
  const done = await host.withSignal(signal).run(script, { timeoutMs });
  signal.throwIfAborted();
  if (done.exitCode === 0) return done.stdout.trim();
  const said = done.stderr.trim() || `exit code ${done.exitCode ?? done.outcome.kind}`;
  throw new PlatformError(`The ${what} of guest '${name}' could not be set up on node '${host.name}': ${said}`, {
    help: "It needs Linux with util-linux, and for 'network.mode: tap' root (or sudo), ip, iptables and dnsmasq.",
  });
}

/** A copy of an image that shares its blocks where the file system can, at least so large. */
function cloneScript(image: string, disk: string, leastBytes: number): ShellText {
  return sh`cp --reflink=auto --sparse=always ${image} ${disk} && chmod u+w ${disk} || exit 1
if [ "$(stat -c %s ${disk})" -lt ${leastBytes} ]; then truncate -s ${leastBytes} ${disk}; fi`;
}

/** The program at its place, else the one of this name on the search path. */
async function binaryOn(node: Node, path: string): Promise<string> {
  const name = path.split("/").at(-1) ?? path;
  const found = await node.run(sh`if [ -x ${path} ]; then echo ${path}; else command -v ${name}; fi`);
  if (found.exitCode === 0) return found.stdout.trim();
  throw new UsageError(`OpenVMM is not on node '${node.name}', neither as '${path}' nor on its search path.`, {
    help: "Install it there, or name its path with 'openvmm_binary'.",
  });
}

async function openPort(node: Node, { backend }: NetworkPlan): Promise<number | undefined> {
  if (backend.mode === "tap" || backend.address !== undefined) return undefined;
  return backend.forwardedPort ?? Number(await node.text(freePortScript));
}

async function addressOf(
  order: GuestOrder,
  { backend }: NetworkPlan,
  folder: string,
  forwardedPort: number | undefined,
): Promise<GuestAddress> {
  const { sshPort, address } = backend;
  if (backend.mode === "user") {
    if (forwardedPort !== undefined) return { address: "127.0.0.1", port: forwardedPort, isBehindHost: true };
    return { address: address ?? "127.0.0.1", port: backend.forwardedPort ?? sshPort, isBehindHost: true };
  }
  const guest = backend.guestAddress ?? (await ran(order, "address", leaseScript(folder), LEASE_MS));
  if (backend.forwardedPort === undefined) return { address: guest, port: sshPort, isBehindHost: true };
  await ran(order, "forwarded port", forwardScript(folder, backend.forwardedPort, { address: guest, port: sshPort }));
  const outside = address ?? order.host.connection.address;
  // A rule for what comes in does not apply to what the node itself connects to.
  return order.host.isLocal
    ? { address: guest, port: sshPort, isBehindHost: true }
    : { address: outside, port: backend.forwardedPort, isBehindHost: false };
}

type Mapping = Readonly<Record<string, unknown>>;
const mapping = (value: unknown): Mapping => (typeof value === "object" && value !== null ? { ...value } : {});
