import { HostExhausted, PlatformError } from "../../errors/catalogue.ts";
import type { Image } from "../../image/types.ts";
import type { DeployContext, Environment, EnvironmentRequirement, Platform } from "../platform.ts";
import { coldBoot } from "./cold-boot.ts";
import { type ConnectedMachine, forkTemplate } from "./fork.ts";
import { type Capacity, maxMachines, readCapacity } from "./host/capacity.ts";
import { type HostSetup, setUpHost } from "./host/host-setup.ts";
import type { MachineShape } from "./machine/machine.ts";
import { makeSshKey, type SshKey } from "./machine/ssh-key.ts";
import { cleanOrphans } from "./orphans.ts";
import { QemuEnvironment } from "./qemu-environment.ts";
import { qemuRefusal } from "./refusal.ts";
import { parseQemuSettings, type QemuSettings } from "./settings.ts";
import { TemplateKeeper } from "./template/template-keeper.ts";
import type { Template } from "./template/template-store.ts";

export interface QemuPlatformOptions {
  /** Checked image; never written to. */
  readonly image: Image;
  /** The runbook's `platform.qemu` section; see settings.ts for its keys. */
  readonly section: Readonly<Record<string, unknown>>;
  /** User that cloud-init makes on the guest. Default `assay`. */
  readonly adminUsername?: string;
  readonly runId: string;
  /** `always`: machines live on after their environment; `failed`: those that were not disposed of do. */
  readonly keepEnvironment: "no" | "always" | "failed";
}

/** The platform that runs images in QEMU on this machine. Throws UsageError for a section that does not hold. */
export async function qemuPlatform(options: QemuPlatformOptions): Promise<Platform> {
  const settings = parseQemuSettings(options.section);
  return new QemuPlatform(options, settings, await readCapacity());
}

interface Prepared {
  readonly host: HostSetup;
  readonly sshKey: SshKey;
  readonly templates: TemplateKeeper;
}

class QemuPlatform implements Platform {
  readonly type = "qemu";
  readonly isPristineCheap = true;
  readonly #options: QemuPlatformOptions;
  readonly #settings: QemuSettings;
  readonly #capacity: Capacity;
  readonly #username: string;
  readonly #alive = new Set<QemuEnvironment>();
  /** Templates of which a fork answered in this run: their files are sound. */
  readonly #proven = new Set<string>();
  #prepared: Promise<Prepared> | undefined;
  #accelerator: HostSetup["acceleration"]["accelerator"] = "tcg";

  constructor(options: QemuPlatformOptions, settings: QemuSettings, capacity: Capacity) {
    this.#options = options;
    this.#settings = settings;
    this.#capacity = capacity;
    this.#username = options.adminUsername ?? "assay";
  }

  get maxEnvironments(): number {
    return maxMachines(this.#capacity, this.#accelerator, this.#settings.memoryMb);
  }

  refuse(requirement: EnvironmentRequirement): string | undefined {
    return qemuRefusal(requirement, this.#capacity, this.#settings.cores);
  }

  async prepare(context: Omit<DeployContext, "environmentName">): Promise<void> {
    const { templates } = await this.#prepare(context);
    await templates.get(this.#settings, context);
  }

  async deploy(requirement: EnvironmentRequirement, context: DeployContext): Promise<Environment> {
    const refusal = this.refuse(requirement);
    if (refusal !== undefined) throw new PlatformError(`The QEMU platform cannot serve this environment: ${refusal}`);
    const startedAt = performance.now();
    const prepared = await this.#prepare(context);
    const shape: MachineShape = {
      cores: Math.max(this.#settings.cores, requirement.cores),
      memoryMb: Math.max(this.#settings.memoryMb, requirement.memoryMb),
    };
    const connected = requirement.coldBoot
      ? await this.#coldBoot(prepared, shape, context)
      : await this.#fork(prepared, shape, context);
    const { host } = prepared;
    const environment = new QemuEnvironment({
      name: context.environmentName,
      connected,
      shape,
      username: this.#username,
      sshKey: prepared.sshKey,
      facts: {
        image: this.#options.image.name,
        image_digest: this.#options.image.digest,
        firmware: this.#settings.firmware,
        accelerator: host.acceleration.accelerator,
        vmm_version: host.qemu.version,
        origin: requirement.coldBoot ? "cold boot" : "fork",
        ready_after_ms: `${Math.round(performance.now() - startedAt)}`,
      },
      afterwards: this.#options.keepEnvironment === "always" ? "keep" : "remove",
      onRelease: (released) => this.#alive.delete(released),
    });
    this.#alive.add(environment);
    if (this.#options.keepEnvironment !== "no") {
      context.progress({
        environment: environment.name,
        step: "keep",
        detail: `log in with: ${environment.loginCommand}`,
      });
    }
    return environment;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const endings = [...this.#alive].map((environment) =>
      this.#options.keepEnvironment === "no" ? environment[Symbol.asyncDispose]() : environment.keep(),
    );
    await Promise.all(endings);
  }

  async #prepare(context: Omit<DeployContext, "environmentName">): Promise<Prepared> {
    this.#prepared ??= this.#prepareOnce(context);
    try {
      return await this.#prepared;
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  async #prepareOnce({ signal, progress }: Omit<DeployContext, "environmentName">): Promise<Prepared> {
    const startedAt = performance.now();
    const { image, runId } = this.#options;
    const [host, sshKey, orphans] = await Promise.all([
      setUpHost(this.#settings, signal),
      makeSshKey(`assay-${runId}`),
      cleanOrphans(),
    ]);
    this.#accelerator = host.acceleration.accelerator;
    progress({
      environment: undefined,
      step: "probe acceleration",
      detail: host.acceleration.reason,
      elapsedMs: Math.round(performance.now() - startedAt),
    });
    if (orphans.removed.length > 0) {
      const names = orphans.removed.map(({ name }) => `'${name}'`).join(", ");
      progress({ environment: undefined, step: "clean up", detail: `removed what earlier runs left: ${names}` });
    }
    const cacheBytes = this.#settings.templateCacheMb * 1_000_000;
    return {
      host,
      sshKey,
      templates: new TemplateKeeper({
        host,
        image,
        username: this.#username,
        firstContact: this.#settings.firstContact,
        runId,
        cacheBytes,
      }),
    };
  }

  async #fork(prepared: Prepared, shape: MachineShape, context: DeployContext): Promise<ConnectedMachine> {
    const template = await prepared.templates.get(shape, context);
    try {
      return await this.#forkOnce(prepared, template, context);
    } catch (error) {
      context.signal.throwIfAborted();
      // A template whose forks never answered is taken for damaged, and made anew once; a sound one is not to blame.
      if (this.#proven.has(template.key) || error instanceof HostExhausted) throw error;
      const why = error instanceof Error ? error.message : String(error);
      context.progress({
        environment: context.environmentName,
        step: "fork",
        detail: `the kept template is damaged: ${why}`,
      });
      await prepared.templates.discard(template);
      return await this.#forkOnce(prepared, await prepared.templates.get(shape, context), context);
    }
  }

  async #forkOnce(prepared: Prepared, template: Template, context: DeployContext): Promise<ConnectedMachine> {
    const { environmentName: environment, progress } = context;
    progress({ environment, step: "fork" });
    const parts: string[] = [];
    let elapsedMs = 0;
    const connected = await forkTemplate({
      ...this.#common(prepared, context),
      template,
      onStep: (step, atMs) => {
        elapsedMs = Math.round(atMs);
        if (step === "answered") this.#proven.add(template.key);
        parts.push(`${step} after ${elapsedMs} ms`);
      },
    });
    progress({ environment, step: "fork", detail: parts.join(", "), elapsedMs });
    return connected;
  }

  async #coldBoot(prepared: Prepared, shape: MachineShape, context: DeployContext): Promise<ConnectedMachine> {
    const { environmentName: environment, progress } = context;
    const startedAt = performance.now();
    progress({ environment, step: "cold boot", detail: "the case tests booting itself" });
    const connected = await coldBoot({ ...this.#common(prepared, context), shape, username: this.#username });
    progress({ environment, step: "cold boot", elapsedMs: Math.round(performance.now() - startedAt) });
    return connected;
  }

  #common({ host, sshKey }: Prepared, { environmentName, signal, logFolder }: DeployContext) {
    const { image, runId, keepEnvironment } = this.#options;
    return {
      ...{ host, sshKey, image, runId, signal, logFolder },
      hostname: environmentName.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-"),
      lifetime: keepEnvironment === "no" ? ("with-owner" as const) : ("on-its-own" as const),
    };
  }
}
