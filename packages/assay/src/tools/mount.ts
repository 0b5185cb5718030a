import { Tool } from "./tool.ts";

export interface MountOptions {
  readonly fsType?: string;
  readonly options?: readonly string[];
  /** Make the mount point first. Default true. */
  readonly makeTarget?: boolean;
}

/** Mounts and unmounts as root. What is mounted is asked of Findmnt. */
export class Mount extends Tool {
  /** Throws CommandFailed with mount's own words when it does not work. */
  async mount(source: string, target: string, options: MountOptions = {}): Promise<void> {
    if (options.makeTarget ?? true) await this.node.text(["mkdir", "-p", target], { sudo: true });
    const type = options.fsType === undefined ? [] : ["-t", options.fsType];
    const flags = options.options === undefined ? [] : ["-o", options.options.join(",")];
    await this.node.text(["mount", ...type, ...flags, source, target], { sudo: true });
  }

  /** Changes the options of what is mounted at `target`. */
  async remount(target: string, options: readonly string[]): Promise<void> {
    await this.node.text(["mount", "-o", ["remount", ...options].join(","), target], { sudo: true });
  }

  /** Unmounts `target` (a mount point or a device); throws CommandFailed when it is in use or not mounted. */
  async unmount(target: string): Promise<void> {
    await this.node.text(["umount", target], { sudo: true });
  }

  /** Mounts everything of fstab that is not mounted yet. */
  async mountAll(): Promise<void> {
    await this.node.text(["mount", "-a"], { sudo: true });
  }
}
