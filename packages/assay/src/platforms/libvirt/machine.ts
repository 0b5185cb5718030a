import type { HostKeyPin } from "../../node/shell/ssh/host-key-pin.ts";
import type { Route } from "../../node/shell/ssh/route.ts";
import type { Shell } from "../../node/shell/types.ts";
import type { BootableImage } from "../qemu/boot-way.ts";
import type { MachineShape } from "../qemu/machine/machine.ts";
import type { SshKey } from "../qemu/machine/ssh-key.ts";
import type { NetworkPlace } from "../qemu/network/network-plan.ts";
import type { DomainEvents } from "./connection/events.ts";
import type { Virsh } from "./connection/virsh.ts";
import type { Domain } from "./domain/domain.ts";
import type { DomainNetwork, DomainSpec, PrivateNic } from "./domain/domain-xml.ts";
import type { HostFacts } from "./host.ts";
import type { LibvirtSettings } from "./settings.ts";
import type { Backing, Pool } from "./storage/pool.ts";

/** What machines are made of: found out and made once in a run. */
export interface Prepared {
  readonly virsh: Virsh;
  readonly events: DomainEvents;
  readonly host: HostFacts;
  readonly accelerator: "kvm" | "tcg";
  readonly pool: Pool;
  readonly image: BootableImage;
  /** The image where libvirt's QEMU can read it. */
  readonly base: Backing;
  readonly sshKey: SshKey;
  readonly username: string;
  readonly runId: string;
  readonly settings: LibvirtSettings;
  /** How ports of the host are reached; undefined for this machine. */
  readonly via: Route | undefined;
  readonly bootTimeoutMs: number;
}

/** One machine that is to be made. */
export interface MachineOrder {
  /** Of its node. */
  readonly name: string;
  readonly hostname: string;
  readonly shape: MachineShape;
  /** Its interface to the private network; undefined for a machine alone. */
  readonly privateNic: PrivateNic | undefined;
  /** Its place in that network; undefined also for a machine that is booted to be copied. */
  readonly place: NetworkPlace | undefined;
  /** Folder for `serial.log`; exists. */
  readonly logFolder: string;
  readonly signal: AbortSignal;
}

/** A machine, the shell on it and how it is reached. The caller disposes of both. */
export interface ConnectedMachine {
  readonly domain: Domain;
  readonly shell: Shell;
  readonly address: string;
  readonly port: number;
  readonly hostKey: HostKeyPin;
  /** How it is on the network through which assay reaches it. */
  readonly network: DomainNetwork;
  readonly origin: "fork" | "cold boot";
  /** `uname -r` of the guest; undefined where it was not told. */
  readonly kernelRelease: string | undefined;
}

/** What a machine of that shape begins with. */
export function firmwareOf({ firmware }: LibvirtSettings, { isSecureBoot }: MachineShape): DomainSpec["firmware"] {
  if (firmware === "bios") return "bios";
  return isSecureBoot === true ? "secure-boot" : "uefi";
}

/** Limit for a boot until SSH answers; the same as without libvirt. */
export const BOOT_TIMEOUT_MS = { kvm: 120_000, tcg: 900_000 } as const;
