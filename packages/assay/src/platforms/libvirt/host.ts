import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { UsageError } from "../../errors/catalogue.ts";
import type { VirtualizationExtension } from "../../features/nested-virtualization.ts";
import { JumpRoute } from "../../node/shell/ssh/jump-route.ts";
import type { Route } from "../../node/shell/ssh/route.ts";
import type { MakingOffer } from "../qemu/hardware-refusal.ts";
import { probeAcceleration } from "../qemu/host/acceleration.ts";
import { type HostOffer, readHostOffer } from "../qemu/host/host-offer.ts";
import type { Nesting } from "../qemu/host/nesting.ts";
import { findQemu } from "../qemu/host/qemu-binary.ts";
import type { RemoteHost } from "./connection/uri.ts";
import type { Virsh } from "./connection/virsh.ts";
import { withFile } from "./connection/with-file.ts";
import type { LibvirtSettings } from "./settings.ts";

/** What the host of a libvirt can carry. */
export interface HostFacts {
  readonly cores: number;
  readonly memoryMb: number;
  /** Such as `libvirt 9.0.0, QEMU 7.2.22`. */
  readonly version: string;
  /** Whether it can give its machines a TPM. */
  readonly hasTpm: boolean;
  /** Models of processors that libvirt knows by name. */
  readonly processors: readonly string[];
  /** What its machines have for virtual machines of their own. */
  readonly nesting: Nesting;
  /** What else machines can be made of; undefined on another host, where libvirt tells it when they are made. */
  readonly offer: (MakingOffer & Pick<HostOffer, "tapObstacle">) | undefined;
}

/** Asks the daemon. Throws VirshRefused when nobody answers. */
export async function readHost(virsh: Virsh, signal: AbortSignal): Promise<HostFacts> {
  const [info, version, capabilities = "", tcg, kvm] = await Promise.all([
    virsh.run(["nodeinfo"], { signal }),
    virsh.run(["version", "--daemon"], { signal }),
    virsh.ask(["domcapabilities", "--virttype", "qemu"], { signal }),
    nestedExtensionOf(virsh, "qemu", signal),
    nestedExtensionOf(virsh, "kvm", signal),
  ]);
  const [, qemu = ""] = /<path>([^<]+)</.exec(capabilities) ?? [];
  const [library, emulator] = [/daemon: (.+)$/m.exec(version)?.[1], /hypervisor: (.+)$/m.exec(version)?.[1]];
  return {
    cores: Number(/^CPU\(s\):\s+(\d+)/m.exec(info)?.[1] ?? 1),
    memoryMb: Math.floor(Number(/^Memory size:\s+(\d+) KiB/m.exec(info)?.[1] ?? 0) / 1024),
    hasTpm: /<tpm supported='yes'>[\s\S]*?<value>emulator</.test(capabilities),
    processors: [...capabilities.matchAll(/<model usable='[^>]*>([^<]+)</g)].map(([, name = ""]) => name),
    nesting: { tcg, kvm },
    offer: virsh.uri.host === undefined ? await readHostOffer(qemu) : undefined,
    version: `libvirt ${library ?? "unknown"}, ${emulator ?? "unknown"}`,
  };
}

/** What processors of that kind have when they have all that the host can give them. */
async function nestedExtensionOf(
  virsh: Virsh,
  type: "qemu" | "kvm",
  signal: AbortSignal,
): Promise<VirtualizationExtension | undefined> {
  const capabilities = await virsh.ask(["domcapabilities", "--virttype", type], { signal });
  if (capabilities === undefined) return undefined;
  // libvirt tells a model with what it has besides; this spells out what the model stands for.
  const features = await withFile("capabilities.xml", capabilities, (file) =>
    virsh.ask(["hypervisor-cpu-baseline", "--virttype", type, "--features", file], { signal }),
  );
  return (["svm", "vmx"] as const).find((each) => features?.includes(`<feature policy='require' name='${each}'/>`));
}

/** How guests are run there. On this machine KVM is proven by a probe guest; another host's libvirt is believed. */
export async function chooseAccelerator(
  virsh: Virsh,
  settings: LibvirtSettings,
  signal: AbortSignal,
): Promise<"kvm" | "tcg"> {
  if (settings.acceleration !== "auto") return settings.acceleration;
  const capabilities = await virsh.ask(["domcapabilities", "--virttype", "kvm"], { signal });
  if (capabilities === undefined) return "tcg";
  if (virsh.uri.host !== undefined) return "kvm";
  return (await probeAcceleration({ qemu: await findQemu(), signal })).accelerator;
}

/** The way to ports of a host that is not this machine. Throws UsageError for a key that cannot be read. */
export async function routeTo(host: RemoteHost | undefined, user: string): Promise<Route | undefined> {
  if (host === undefined) return undefined;
  const { address, port, privateKeyFile } = host;
  if (privateKeyFile === undefined) {
    throw new UsageError(`assay has no key for the host '${address}', through which it reaches the guests there.`, {
      help: "Name it in the URI ('?keyfile=/path/of/key') or as 'private_key_file' of the host.",
    });
  }
  const privateKey = await readFile(privateKeyFile, "utf8").catch((cause: unknown) => {
    throw new UsageError(`The private key '${privateKeyFile}' of the host '${address}' cannot be read.`, {
      help: "Correct 'keyfile' in the URI or 'private_key_file' of the host.",
      cause,
    });
  });
  return new JumpRoute([{ address, port, username: host.username ?? user, privateKey }]);
}

/** The range from which hosts do not hand out ports themselves, and well-known services do not either. */
const PORTS = { first: 20_000, count: 12_000 };

/**
 * A port of the host's loopback for a guest's SSH server. It must stay the same when the guest is switched off and on,
 * so that QEMU cannot choose it. On this machine it is free at the moment; on another it is likely to be.
 */
export async function choosePort(isHere: boolean): Promise<number> {
  if (!isHere) return PORTS.first + Math.floor(Math.random() * PORTS.count);
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : PORTS.first;
}
