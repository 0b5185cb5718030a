import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { parseUri } from "../../packages/assay/src/platforms/libvirt/connection/uri.ts";
import { Virsh } from "../../packages/assay/src/platforms/libvirt/connection/virsh.ts";
import { domainName } from "../../packages/assay/src/platforms/libvirt/domain/domain.ts";
import type { DomainSpec } from "../../packages/assay/src/platforms/libvirt/domain/domain-xml.ts";
import { makeMark } from "../../packages/assay/src/platforms/libvirt/domain/mark.ts";
import { choosePort } from "../../packages/assay/src/platforms/libvirt/host.ts";
import { type OwnLibvirt, openLibvirt, whyNoLibvirt } from "./own-libvirt.ts";

export const LIMIT_MS = 300_000;

/** A daemon for all tests of a file, which are skipped with the reason where there can be none. It is there while they run. */
export function useLibvirt(reason = whyNoLibvirt()) {
  const used = new UsedLibvirt();
  beforeAll(async () => {
    if (reason === undefined) await used.begin();
  }, LIMIT_MS);
  afterAll(() => used.end(), LIMIT_MS);
  return {
    libvirt: used,
    libvirtTest: test.skipIf(reason !== undefined),
    title: (what: string) => (reason === undefined ? what : `${what} (not run: ${reason})`),
  };
}

class UsedLibvirt {
  #own: OwnLibvirt | undefined;
  #folder: string | undefined;

  get uri(): string {
    return needed(this.#own).uri;
  }

  get virsh(): Virsh {
    return new Virsh(parseUri(this.uri));
  }

  /** Goes with the daemon. */
  get folder(): string {
    return needed(this.#folder);
  }

  async begin(): Promise<void> {
    this.#own = await openLibvirt();
    this.#folder = await mkdtemp(join(tmpdir(), "assay-libvirt-files-"));
  }

  async end(): Promise<void> {
    await this.#own?.[Symbol.asyncDispose]();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }
}

function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The daemon has not been started.");
  return value;
}

/** A small machine, but for what is changed. */
export async function specOf(change: Partial<DomainSpec> = {}): Promise<DomainSpec> {
  return {
    ...{ name: domainName(), uuid: crypto.randomUUID() },
    mark: await makeMark({ runId: "run", name: "node", storage: "pool" }),
    ...{ accelerator: "tcg", hardware: {}, cores: 1, memoryMb: 256, firmware: "bios", hasTpm: false },
    ...{ disk: "/nonexistent", seed: undefined, cdrom: undefined, ignition: undefined, kernel: undefined },
    network: { kind: "user", sshPort: await choosePort(true) },
    privateNic: undefined,
    ...change,
  };
}
