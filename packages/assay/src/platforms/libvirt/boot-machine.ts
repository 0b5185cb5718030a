import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BootFailed } from "../../errors/catalogue.ts";
import { HostKeyPin } from "../../node/shell/ssh/host-key-pin.ts";
import type { DirectKernel } from "../qemu/boot-way.ts";
import { writeBootFiles } from "../qemu/machine/boot-files.ts";
import { authorizeKey, firstLogin } from "../qemu/machine/first-login.ts";
import { consoleTail } from "../qemu/machine/serial-port.ts";
import type { SshKey } from "../qemu/machine/ssh-key.ts";
import { joinNetwork } from "../qemu/network/networked-shell.ts";
import { Domain, domainName } from "./domain/domain.ts";
import { type DomainNetwork, type DomainSpec, domainXml } from "./domain/domain-xml.ts";
import { makeMark } from "./domain/mark.ts";
import { choosePort } from "./host.ts";
import { type ConnectedMachine, firmwareOf, type MachineOrder, type Prepared } from "./machine.ts";
import { USER_NETWORK } from "./settings.ts";
import { waitForLogin } from "./wait-for-login.ts";

/** A machine that was booted, with what libvirt was told of it. */
export interface BootedMachine extends ConnectedMachine {
  readonly spec: DomainSpec;
}

/**
 * Defines a machine, switches it on and waits for its first login. Its files in the pool begin with `files`. Throws
 * BootFailed and what libvirt says; nothing is left then.
 */
export async function bootMachine(
  prepared: Prepared,
  order: MachineOrder,
  how: { readonly files?: string; readonly sshKey: SshKey },
): Promise<BootedMachine> {
  const { image, pool, runId, settings, username, virsh } = prepared;
  const { signal } = order;
  const name = domainName();
  const files = how.files ?? name;
  await using opened = new AsyncDisposableStack();
  const domain = opened.use(
    await Domain.open({ virsh, events: prepared.events, pool, name, serialLog: join(order.logFolder, "serial.log") }),
  );
  opened.defer(async () => {
    // With the domain go the files that are named after it; these are not.
    if (files !== name) await pool.removeAll(files);
  });
  const mark = await makeMark({ runId, name: order.name, storage: pool.name });
  const first: DomainSpec = {
    ...{ name, uuid: randomUUID(), mark, network: await networkOf(prepared), privateNic: order.privateNic },
    ...{ accelerator: prepared.accelerator, hardware: order.shape.hardware ?? {} },
    ...{ cores: order.shape.cores, memoryMb: order.shape.memoryMb },
    firmware: firmwareOf(settings, order.shape),
    hasTpm: order.shape.hasTpm === true,
    ...{ disk: NOT_YET, seed: undefined, cdrom: undefined, ignition: undefined, kernel: undefined },
  };
  // Its mark is there before any of its files, so that none is ever without an owner.
  await domain.define(domainXml(first), signal);
  const contents = { instanceId: name, hostname: order.hostname, username, publicKey: how.sshKey.publicKey };
  const spec: DomainSpec = {
    ...first,
    ...(await makeFiles(prepared, files, { contents, cdrom: first.hardware.cdrom }, signal)),
  };
  await domain.define(domainXml(spec), signal);
  await domain.start(signal);
  const { network } = spec;
  const target = {
    address: network.kind === "user" ? "127.0.0.1" : await leasedAddress(prepared, domain, signal),
    port: network.kind === "user" ? network.sshPort : SSH_PORT,
    hostKey: new HostKeyPin(),
  };
  const login = { username, ...firstLogin(image.way, how.sshKey), via: prepared.via };
  const timeoutMs = prepared.bootTimeoutMs;
  const shell = opened.use(await waitForLogin(domain, { image, target: { ...target, ...login }, timeoutMs, signal }));
  await authorizeKey(shell, image.way, how.sshKey, signal);
  if (order.place !== undefined) {
    await domain.plugIn(order.place.macAddress, signal);
    await joinNetwork(shell, order.place, signal);
  }
  const told = await shell.run(["uname", "-r"], { signal });
  opened.move();
  return {
    ...target,
    domain,
    shell,
    spec,
    network,
    origin: "cold boot",
    kernelRelease: told.stdout.trim() || undefined,
  };
}

/** Path of a disk that is not there yet. */
const NOT_YET = "/nonexistent";
const SSH_PORT = 22;

async function networkOf({ settings, virsh }: Prepared): Promise<DomainNetwork> {
  if (settings.network === USER_NETWORK) {
    return { kind: "user", sshPort: await choosePort(virsh.uri.host === undefined) };
  }
  return { kind: "network", name: settings.network, mac: randomMac() };
}

/** Of QEMU's range for virtual machines. */
const randomMac = (): string =>
  `52:54:00:${randomBytes(3)
    .toString("hex")
    .replace(/(..)(?=.)/g, "$1:")}`;

/** Puts the disk of a machine and what it boots with into the pool. */
async function makeFiles(
  { base, image, pool }: Prepared,
  files: string,
  { cdrom, contents }: { readonly contents: Parameters<typeof writeBootFiles>[2]; readonly cdrom: string | undefined },
  signal: AbortSignal,
): Promise<Pick<DomainSpec, "disk" | "seed" | "cdrom" | "ignition" | "kernel">> {
  const folder = await mkdtemp(join(tmpdir(), "assay-boot-files-"));
  try {
    const written = await writeBootFiles(folder, image.way, contents, signal);
    const upload = async (suffix: string, file: string | undefined) =>
      file === undefined ? undefined : await pool.upload(`${files}-${suffix}`, file, signal);
    return {
      disk: await pool.createOverlay(`${files}.qcow2`, base, image.virtualSizeBytes, signal),
      seed: await upload("seed.iso", written.seed),
      cdrom: await upload("cdrom.iso", cdrom),
      ignition: await upload("ignition.json", written.ignition),
      kernel: written.kernel === undefined ? undefined : await uploadKernel(written.kernel, upload),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function uploadKernel(
  { commandLine, initrd, path }: DirectKernel,
  upload: (suffix: string, file: string | undefined) => Promise<string | undefined>,
): Promise<DomainSpec["kernel"]> {
  const uploaded = await upload("vmlinuz", path);
  return uploaded === undefined ? undefined : { path: uploaded, initrd: await upload("initrd", initrd), commandLine };
}

/** Between two looks at the leases: libvirt has no event for them. */
const LEASE_PAUSE_MS = 1000;

/** The address that the network gave to a booting guest. Throws BootFailed when it asks for none. */
async function leasedAddress(prepared: Prepared, domain: Domain, signal: AbortSignal): Promise<string> {
  const { bootTimeoutMs, image, settings, virsh } = prepared;
  const limitMs = settings.leaseTimeoutMs ?? bootTimeoutMs;
  const deadline = Date.now() + limitMs;
  let hasDied = false;
  void domain.died.then(() => {
    hasDied = true;
  });
  while (Date.now() < deadline && !hasDied) {
    const leases = await virsh.run(["domifaddr", domain.name, "--source", "lease"], { signal });
    const address = /\bipv4\s+([\d.]+)\//.exec(leases)?.[1];
    if (address !== undefined) return address;
    await delay(LEASE_PAUSE_MS, undefined, { signal });
  }
  const tail = consoleTail(await domain.console.log());
  throw new BootFailed(
    `The image '${image.name}' took no address of the network '${settings.network}' within ${Math.round(limitMs / 1000)} s. The console ends with:\n${tail}`,
    tail,
    { help: "Raise 'network_boot_timeout' under 'platform.libvirt', or look whether that network has DHCP." },
  );
}
