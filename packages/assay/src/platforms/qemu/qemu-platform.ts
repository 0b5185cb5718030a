import { PlatformError } from "../../errors/catalogue.ts";
import type { Image } from "../../image/types.ts";
import { type KeepEnvironment, LiveEnvironments } from "../live-environments.ts";
import type {
  DeployContext,
  Environment,
  EnvironmentRequirement,
  HostCost,
  Platform,
  PrepareContext,
} from "../platform.ts";
import { Preparation } from "../preparation.ts";
import type { BootableImage } from "./boot-way.ts";
import { OWN_MEMORY_FEATURE } from "./features/state.ts";
import type { ConnectedMachine } from "./fork.ts";
import { type Capacity, costOfMachines, readCapacity } from "./host/capacity.ts";
import { type HostOffer, readHostOffer } from "./host/host-offer.ts";
import { type HostSetup, setUpHost } from "./host/host-setup.ts";
import { nestedExtension } from "./host/nesting.ts";
import { type ChosenKernel, chooseKernel } from "./kernel/choose-kernel.ts";
import { withClock } from "./kernel/microvm-clock.ts";
import { openKernelMachine } from "./kernel/open-machine.ts";
import { prepareKernel } from "./kernel/prepare-kernel.ts";
import { makeSshKey } from "./machine/ssh-key.ts";
import { MachineMaker, type Prepared } from "./machine-maker.ts";
import { machinePlans } from "./machine-plan.ts";
import { machineShapes, type UsualShape, usualShape } from "./machine-shapes.ts";
import { EthernetSwitch } from "./network/ethernet-switch.ts";
import { MachineNetwork } from "./network/machine-network.ts";
import { withNics } from "./nics/with-nics.ts";
import { cleanOrphans } from "./orphans.ts";
import { outfitMachines } from "./outfit-machines.ts";
import { type Account, bootable, planBoot } from "./plan-boot.ts";
import { qemuEnvironment } from "./qemu-environment.ts";
import { qemuRefusal } from "./refusal.ts";
import { parseQemuSettings, type QemuSettings } from "./settings.ts";
import { unlessForkable } from "./template/not-forkable.ts";
import { TemplateKeeper } from "./template/template-keeper.ts";

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
  readonly keepEnvironment: KeepEnvironment;
}

/** The platform that runs images in QEMU on this machine. Throws UsageError for a section that does not hold. */
export async function qemuPlatform(options: QemuPlatformOptions): Promise<Platform> {
  const settings = parseQemuSettings(options.section, options.image);
  const way = await planBoot(settings.boot, options.account ?? {}, options.folder ?? process.cwd());
  const plan: BootPlan = { image: bootable(options.image, way), kernel: await chooseKernel(settings.boot) };
  const able: Able = { capacity: readCapacity(), offer: await readHostOffer(settings.qemuBinary) };
  return new QemuPlatform(options, settings, plan, able);
}

/** How the image is to be booted, with a kernel that still has to be put on it. */
interface BootPlan {
  readonly image: BootableImage;
  readonly kernel: ChosenKernel | undefined;
}

/** What machines of this host can have. */
interface Able {
  readonly capacity: Capacity;
  readonly offer: HostOffer;
}

class QemuPlatform implements Platform {
  readonly type = "qemu";
  readonly isPristineCheap = true;
  /** What bounds it is what environments take of the host. */
  readonly maxEnvironments = Number.POSITIVE_INFINITY;
  readonly #options: QemuPlatformOptions;
  readonly #settings: QemuSettings;
  readonly #plan: BootPlan;
  readonly #able: Able;
  readonly #usual: UsualShape;
  readonly #username: string;
  readonly #alive: LiveEnvironments;
  readonly #maker: MachineMaker;
  readonly #keepers = new AsyncDisposableStack();
  readonly #preparation = new Preparation<Prepared>();
  #accelerator: HostSetup["acceleration"]["accelerator"] = "tcg";

  constructor(options: QemuPlatformOptions, settings: QemuSettings, plan: BootPlan, able: Able) {
    this.#options = options;
    this.#alive = new LiveEnvironments(options.keepEnvironment);
    this.#plan = plan;
    this.#settings = settings;
    this.#able = able;
    this.#usual = { ...settings, folder: options.folder };
    this.#username = options.adminUsername ?? "assay";
    this.#maker = new MachineMaker({
      runId: options.runId,
      username: this.#username,
      lifetime: options.keepEnvironment === "no" ? "with-owner" : "on-its-own",
    });
  }

  hostCost(requirement: EnvironmentRequirement): HostCost {
    return costOfMachines(machineShapes(requirement, this.#usual), this.#accelerator);
  }

  refuse(requirement: EnvironmentRequirement): string | undefined {
    return qemuRefusal(requirement, this.#able.capacity, this.#usual, this.#able.offer);
  }

  async removeLeftBehind(): Promise<readonly string[]> {
    return (await cleanOrphans()).removed.map(({ name }) => name);
  }

  async prepare(context: PrepareContext): Promise<void> {
    const { templates } = await this.#preparation.get(() => this.#prepareOnce(context));
    const { firstRequirement: first } = context;
    const shapes = first === undefined ? [usualShape(this.#usual)] : machineShapes(first, this.#usual);
    if (first?.coldBoot !== true)
      await Promise.all(shapes.map((shape) => templates.get(shape, context).catch(unlessForkable)));
  }

  async deploy(requirement: EnvironmentRequirement, context: DeployContext): Promise<Environment> {
    const refusal = this.refuse(requirement);
    if (refusal !== undefined) throw unserved(refusal);
    const startedAt = performance.now();
    const prepared = await this.#preparation.get(() => this.#prepareOnce(context));
    const { accelerator } = prepared.host.acceleration;
    const { capacity, offer } = this.#able;
    const late = qemuRefusal(requirement, capacity, { ...this.#usual, acceleration: accelerator }, offer);
    if (late !== undefined) throw unserved(late);
    const plans = machinePlans(requirement, this.#usual, context.environmentName);
    const network = plans.length === 1 ? undefined : new EthernetSwitch();
    const machines = await this.#maker.makeAll(prepared, plans, {
      ...context,
      isCold: requirement.coldBoot,
      hasOwnMemory: requirement.features.includes(OWN_MEMORY_FEATURE),
    });
    const parts = machines.map(({ plan, connected }) => {
      if (network !== undefined && plan.place !== undefined) network.connect(plan.name, connected.machine.network);
      const view = network && plan.place && new MachineNetwork(plan.place, network);
      const { nics, networked } = withNics(connected, plan.shape.hardware ?? {}, view);
      const extension = nestedExtension(plan.shape.hardware ?? {}, accelerator, offer.nesting);
      return { name: plan.name, shape: plan.shape, connected: networked, network: view, nics, extension };
    });
    await outfitMachines(parts, requirement, context.signal);
    const { host } = prepared;
    const [first, ...others] = parts;
    if (first === undefined) throw new PlatformError("The QEMU platform was asked for an environment without nodes.");
    const environment = qemuEnvironment({
      name: context.environmentName,
      machines: [first, ...others],
      network,
      username: this.#username,
      sshKey: prepared.sshKey,
      facts: {
        image: this.#options.image.name,
        image_digest: this.#options.image.digest,
        ...imageFacts(prepared.image, first.connected),
        architecture: this.#settings.architecture,
        firmware: this.#settings.firmware,
        accelerator: host.acceleration.accelerator,
        vmm_version: host.qemu.version,
        vmm_runs_as: first.connected.machine.runsAs,
        origin: machines.some(({ origin }) => origin === "cold boot") ? "cold boot" : "fork",
        ready_after_ms: `${Math.round(performance.now() - startedAt)}`,
      },
      afterwards: this.#alive.afterwards,
    });
    return this.#alive.add(environment, context.progress);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#alive[Symbol.asyncDispose]();
    await this.#keepers.disposeAsync();
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
      this.#keepers.use(
        new TemplateKeeper({
          host,
          image,
          username: this.#username,
          firstContact: this.#settings.firstContact,
          runId,
          cacheBytes: this.#settings.templateCacheMb * 1_000_000,
        }),
      );
    const { kernel, image: plain } = this.#plan;
    const image =
      kernel === undefined
        ? plain
        : await prepareKernel({
            ...{ kernel, signal, progress, image: plain },
            openMachine: async () => {
              // Whatever hardware the cases get, the kernel is put on a usual machine.
              const shape = usualShape({ cores: this.#settings.cores, memoryMb: this.#settings.memoryMb });
              const template = await keeperOf(plain).get(shape, context);
              return await openKernelMachine({ host, image: plain, runId, sshKey, template, ...context });
            },
          });
    const timed = await withClock(image, this.#settings, host.acceleration.accelerator, signal);
    return { host, sshKey, image: timed, templates: keeperOf(timed) };
  }
}

const unserved = (refusal: string): PlatformError =>
  new PlatformError(`The QEMU platform cannot serve this environment: ${refusal}`);

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
