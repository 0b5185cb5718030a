import { flag, standing } from "../kinds.ts";
import { aws } from "./aws.ts";
import { azure } from "./azure.ts";
import { baremetal } from "./baremetal.ts";
import { hyperv } from "./hyperv.ts";
import { cloudHypervisor } from "./libvirt.ts";
import { libvirt } from "./own-libvirt.ts";
import { qemu } from "./qemu.ts";
import { sections } from "./section.ts";

const ready = sections(
  "ready",
  {
    reuse_dirty_env: standing(flag("whether a machine is used again after a case left it dirty"), true),
  },
  {},
);

/** The sections of every platform of the language. */
export const PLATFORM_SECTIONS = {
  ready,
  local: sections("local", {}, {}),
  qemu,
  libvirt,
  "cloud-hypervisor": cloudHypervisor,
  azure,
  aws,
  hyperv,
  baremetal,
} as const;

export type PlatformName = keyof typeof PLATFORM_SECTIONS;
export const PLATFORM_NAMES = Object.keys(PLATFORM_SECTIONS) as readonly PlatformName[];

/** Platforms this version can use. */
export const USABLE_PLATFORMS: readonly PlatformName[] = ["local", "ready", "qemu", "libvirt"];
