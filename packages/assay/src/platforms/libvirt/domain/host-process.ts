import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { PlatformError } from "../../../errors/catalogue.ts";
import type { Virsh } from "../connection/virsh.ts";

/** The process of a domain's QEMU, where it runs on this host. */
export class HostProcess {
  readonly #virsh: Virsh;
  readonly #domain: string;
  #pid: number | undefined;

  constructor(virsh: Virsh, domain: string) {
    this.#virsh = virsh;
    this.#domain = domain;
  }

  /** Finds it, and whether it may be halted. Throws PlatformError. */
  async find(): Promise<void> {
    const help = "Use 'qemu:///session' on this host, or the platform 'qemu'.";
    if (this.#virsh.uri.host !== undefined) {
      throw new PlatformError("A machine on another host cannot be halted: its process is not on this one.", { help });
    }
    const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 1);
    this.#pid = pids.find((pid) => this.#isIt(pid));
    if (this.#pid === undefined) throw new PlatformError("The machine has no process on this host: it is off.");
    try {
      process.kill(this.#pid, 0);
    } catch (cause) {
      throw new PlatformError("The process of the machine is that of another account and cannot be halted.", {
        help,
        cause,
      });
    }
  }

  /** Halts it or lets it go on. False when it has ended, or was never found. */
  signal(name: "SIGSTOP" | "SIGCONT"): boolean {
    if (this.#pid === undefined || !this.#isIt(this.#pid)) return false;
    try {
      return process.kill(this.#pid, name);
    } catch {
      return false;
    }
  }

  /** Its number may be that of another process by now, and then its command is not the domain's. */
  #isIt(pid: number): boolean {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8")
        .split("\0")
        .includes(`guest=${this.#domain},debug-threads=on`);
    } catch {
      return false;
    }
  }
}
