/** Facts of a guest's operating system, gathered in one round trip. */
export interface OsFacts {
  /** `ID` of os-release, such as `debian`, `ubuntu`, `azurelinux`; `unknown` when there is none. */
  readonly id: string;
  /** `ID_LIKE` of os-release split at blanks. */
  readonly idLike: readonly string[];
  readonly versionId: string;
  readonly prettyName: string;
  readonly family: "debian" | "redhat" | "suse" | "azurelinux" | "coreos" | "alpine" | "unknown";
  /** `uname -m`, such as `x86_64` or `aarch64`. */
  readonly architecture: string;
  /** `uname -r`. */
  readonly kernelRelease: string;
  readonly kernelVersion: string;
  readonly hostname: string;
  /** /proc/sys/kernel/random/boot_id: changes with every boot. */
  readonly bootId: string;
  readonly cpuCount: number;
  readonly memoryKb: number;
  /** True when the guest was booted through UEFI (/sys/firmware/efi exists). */
  readonly isUefi: boolean;
  readonly cmdline: string;
  /** Whether systemd is process 1. */
  readonly hasSystemd: boolean;
}
