import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { HostExhausted, PlatformError } from "../../errors/catalogue.ts";
import type { Image } from "../../image/types.ts";
import type {
  DeployContext,
  Environment,
  EnvironmentRequirement,
  HostCost,
  Platform,
  PrepareContext,
} from "../platform.ts";
import type { BootableImage } from "./boot-way.ts";
import { coldBoot } from "./cold-boot.ts";
import { type ConnectedMachine, forkTemplate } from "./fork.ts";
import { type Capacity, costOfMachines, readCapacity } from "./host/capacity.ts";
import { type HostSetup, setUpHost } from "./host/host-setup.ts";
import { type ChosenKernel, chooseKernel } from "./kernel/choose-kernel.ts";
import { prepareKernel } from "./kernel/prepare-kernel.ts";
import { makeSshKey, type SshKey } from "./machine/ssh-key.ts";
import { hostName, type MachinePlan, machinePlans } from "./machine-plan.ts";
import { machineShapes } from "./machine-shapes.ts";
import { EthernetSwitch } from "./network/ethernet-switch.ts";
import { MachineNetwork } from "./network/machine-network.ts";
import { cleanOrphans } from "./orphans.ts";
import { type Account, bootable, planBoot } from "./plan-boot.ts";
import { QemuEnvironment, removeMachine } from "./qemu-environment.ts";
import { qemuRefusal } from "./refusal.ts";
import { parseQemuSettings, type QemuSettings } from "./settings.ts";
import { TemplateKeeper } from "./template/template-keeper.ts";
import type { Template } from "./template/template-store.ts";

export interface QemuPlatformOptions {
  /** Checked image; never written to. */
  readonly image: Image;
  /** The runbook's `platform.qemu` section; see settings.ts for its keys. */
  readonly section: Readonly<Record<string, unknown>>;
  /** User that cloud-init makes on the guest, or that the image has already. Default `assay`. */
  readonly adminUsername?: string;
  /** How that user gets in where the image is given no seed. */
  readonly account?: Account;
  /** Folder of the runbook, to which paths in the section are relative; default the working directory. */
  readonly folder?: string;
  readonly runId: string;
  /** `always`: machines live on after their environment; `failed`: those that were not disposed of do. */
  readonly keepEnvironment: "no" | "always" | "failed";
}

/** The platform that runs images in QEMU on this machine. Throws UsageError for a section that does not hold. */
export async function qemuPlatform(options: QemuPlatformOptions): Promise<Platform> {
  const settings = parseQemuSettings(options.section);
  const way = await planBoot(settings.boot, options.account ?? {}, options.folder ?? process.cwd());
  const plan: BootPlan = { image: bootable(options.image, way), kernel: await chooseKernel(settings.boot) };
  return new QemuPlatform(options, settings, plan, readCapacity());
}

/** How the image is to be booted, with a kernel that still has to be put on it. */
interface BootPlan {
  readonly image: BootableImage;
  readonly kernel: ChosenKernel | undefined;
}

interface Prepared {
  readonly host: HostSetup;
  readonly image: BootableImage;
  readonly sshKey: SshKey;
  readonly templates: TemplateKeeper;
}

interface MakeContext extends DeployContext {
  readonly isCold: boolean;
}

interface Made {
  readonly plan: MachinePlan;
  readonly connected: ConnectedMachine;
}

class QemuPlatform implements Platform {
  readonly type = "qemu";
  readonly isPristineCheap = true;
  /** What bounds it is what environments take of the host. */
  readonly maxEnvironments = Number.POSITIVE_INFINITY;
  readonly #options: QemuPlatformOptions;
  readonly #settings: QemuSettings;
  readonly #plan: BootPlan;
  readonly #capacity: Capacity;
  readonly #username: string;
  readonly #alive = new Set<QemuEnvironment>();
  /** Templates of which a fork answered in this run: their files are sound. */
  readonly #proven = new Set<string>();
  #prepared: Promise<Prepared> | undefined;
  #accelerator: HostSetup["acceleration"]["accelerator"] = "tcg";

  constructor(options: QemuPlatformOptions, settings: QemuSettings, plan: BootPlan, capacity: Capacity) {
    this.#options = options;
    this.#plan = plan;
    this.#settings = settings;
    this.#capacity = capacity;
    this.#username = options.adminUsername ?? "assay";
  }

  hostCost(requirement: EnvironmentRequirement): HostCost {
    return costOfMachines(machineShapes(requirement, this.#settings), this.#accelerator);
  }

  refuse(requirement: EnvironmentRequirement): string | undefined {
    return qemuRefusal(requirement, this.#capacity, this.#settings);
  }

  async removeLeftBehind(): Promise<readonly string[]> {
    return (await cleanOrphans()).removed.map(({ name }) => name);
  }

  async prepare(context: PrepareContext): Promise<void> {
    const { templates } = await this.#prepare(context);
    const { firstRequirement: first } = context;
    const shapes = first === undefined ? [this.#settings] : machineShapes(first, this.#settings);
    if (first?.coldBoot !== true) await Promise.all(shapes.map((shape) => templates.get(shape, context)));
  }

  async deploy(requirement: EnvironmentRequirement, context: DeployContext): Promise<Environment> {
    const refusal = this.refuse(requirement);
    if (refusal !== undefined) throw new PlatformError(`The QEMU platform cannot serve this environment: ${refusal}`);
    const startedAt = performance.now();
    const prepared = await this.#prepare(context);
    const plans = machinePlans(requirement, this.#settings, context.environmentName);
    const network = plans.length === 1 ? undefined : new EthernetSwitch();
    const machines = await this.#makeAll(prepared, plans, { ...context, isCold: requirement.coldBoot });
    const parts = machines.map(({ plan, connected }) => {
      if (network !== undefined && plan.place !== undefined) network.connect(plan.name, connected.machine.network);
      const view = network && plan.place && new MachineNetwork(plan.place, network);
      return { name: plan.name, shape: plan.shape, connected, network: view };
    });
    const { host } = prepared;
    const [first, ...others] = parts;
    if (first === undefined) throw new PlatformError("The QEMU platform was asked for an environment without nodes.");
    const environment = new QemuEnvironment({
      name: context.environmentName,
      machines: [first, ...others],
      network,
      username: this.#username,
      sshKey: prepared.sshKey,
      facts: {
        image: this.#options.image.name,
        image_digest: this.#options.image.digest,
        ...imageFacts(prepared.image, first.connected),
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
      for (const command of environment.loginCommands) {
        context.progress({ environment: environment.name, step: "keep", detail: `log in with: ${command}` });
      }
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

  async #prepareOnce(context: Omit<DeployContext, "environmentName">): Promise<Prepared> {
    const { signal, progress } = context;
    const startedAt = performance.now();
    const { runId } = this.#options;
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
    const keeperOf = (image: BootableImage) =>
      new TemplateKeeper({
        host,
        image,
        username: this.#username,
        firstContact: this.#settings.firstContact,
        runId,
        cacheBytes: this.#settings.templateCacheMb * 1_000_000,
      });
    const { kernel, image: plain } = this.#plan;
    const image =
      kernel === undefined
        ? plain
        : await prepareKernel({
            ...{ host, kernel, runId, sshKey, image: plain, ...context },
            template: () => keeperOf(plain).get(this.#settings, context),
          });
    return { host, sshKey, image, templates: keeperOf(image) };
  }

  /** All machines at the same time; when one cannot be made, none is left. */
  async #makeAll(prepared: Prepared, plans: readonly MachinePlan[], order: MakeContext): Promise<readonly Made[]> {
    const failed = new AbortController();
    const signal = AbortSignal.any([order.signal, failed.signal]);
    const makings = plans.map(async (plan) => {
      const logFolder = plans.length === 1 ? order.logFolder : join(order.logFolder, plan.name);
      await mkdir(logFolder, { recursive: true });
      const context = { ...order, signal, logFolder };
      const make = order.isCold ? this.#coldBoot : this.#fork;
      return { plan, connected: await make.call(this, prepared, plan, context) };
    });
    try {
      return await Promise.all(makings);
    } catch (error) {
      failed.abort(error);
      const made = (await Promise.allSettled(makings)).filter((making) => making.status === "fulfilled");
      await Promise.all(made.map(({ value }) => removeMachine(value.connected)));
      throw error;
    }
  }

  async #fork(prepared: Prepared, plan: MachinePlan, context: MakeContext): Promise<ConnectedMachine> {
    const template = await prepared.templates.get(plan.shape, context);
    try {
      return await this.#forkOnce(prepared, plan, template, context);
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
      return await this.#forkOnce(prepared, plan, await prepared.templates.get(plan.shape, context), context);
    }
  }

  async #forkOnce(
    prepared: Prepared,
    plan: MachinePlan,
    template: Template,
    context: MakeContext,
  ): Promise<ConnectedMachine> {
    const { environmentName: environment, progress } = context;
    const of = plan.place === undefined ? "" : `'${plan.name}': `;
    progress({ environment, step: "fork", ...(of === "" ? {} : { detail: `'${plan.name}'` }) });
    const parts: string[] = [];
    let elapsedMs = 0;
    const connected = await forkTemplate({
      ...this.#common(prepared, plan, context),
      template,
      onStep: (step, atMs) => {
        elapsedMs = Math.round(atMs);
        if (step === "answered") this.#proven.add(template.key);
        parts.push(`${step} after ${elapsedMs} ms`);
      },
    });
    progress({ environment, step: "fork", detail: `${of}${parts.join(", ")}`, elapsedMs });
    return connected;
  }

  async #coldBoot(prepared: Prepared, plan: MachinePlan, context: MakeContext): Promise<ConnectedMachine> {
    const { environmentName: environment, progress } = context;
    const startedAt = performance.now();
    progress({ environment, step: "cold boot", detail: "the case tests booting itself" });
    const { shape } = plan;
    const connected = await coldBoot({ ...this.#common(prepared, plan, context), shape, username: this.#username });
    progress({ environment, step: "cold boot", elapsedMs: Math.round(performance.now() - startedAt) });
    return connected;
  }

  #common({ host, image, sshKey }: Prepared, { name, place }: MachinePlan, { signal, logFolder }: MakeContext) {
    const { runId, keepEnvironment } = this.#options;
    return {
      ...{ host, sshKey, image, runId, signal, logFolder },
      hostname: place?.name ?? hostName(name),
      network: place,
      lifetime: keepEnvironment === "no" ? ("with-owner" as const) : ("on-its-own" as const),
    };
  }
}

/** What is known of the image besides its content: what its publisher says of it, and the kernel that it runs. */
function imageFacts(
  { checksum, way }: BootableImage,
  { kernelRelease = way.kernel?.name }: ConnectedMachine,
): Readonly<Record<string, string>> {
  return {
    ...(checksum === undefined ? {} : { image_checksum: checksum }),
    ...(kernelRelease === undefined ? {} : { kernel: kernelRelease }),
    ...(way.kernel === undefined ? {} : { kernel_parameters: way.kernel.commandLine }),
  };
}
