import { PlatformError, UsageError } from "../../errors/catalogue.ts";
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
import type { BootWay } from "../qemu/boot-way.ts";
import { costOfMachines } from "../qemu/host/capacity.ts";
import { type ChosenKernel, chooseKernel } from "../qemu/kernel/choose-kernel.ts";
import { prepareKernel } from "../qemu/kernel/prepare-kernel.ts";
import { makeSshKey } from "../qemu/machine/ssh-key.ts";
import { machinePlans } from "../qemu/machine-plan.ts";
import { machineShapes, type UsualShape, usualShape } from "../qemu/machine-shapes.ts";
import { type Account, bootable, planBoot } from "../qemu/plan-boot.ts";
import { unlessForkable } from "../qemu/template/not-forkable.ts";
import { baseOf } from "./base-image.ts";
import { DomainEvents } from "./connection/events.ts";
import { Virsh } from "./connection/virsh.ts";
import { makeMark } from "./domain/mark.ts";
import { chooseAccelerator, type HostFacts, readHost, routeTo } from "./host.ts";
import { kernelMachine } from "./kernel-machine.ts";
import { libvirtEnvironment } from "./libvirt-environment.ts";
import { BOOT_TIMEOUT_MS, type Prepared } from "./machine.ts";
import { MachineMaker } from "./machine-maker.ts";
import { makeAll } from "./make-all.ts";
import { ensureNetwork, removeUnused } from "./network/libvirt-network.ts";
import { cleanConnection } from "./orphans.ts";
import { libvirtRefusal } from "./refusal.ts";
import { type LibvirtSettings, parseLibvirtSettings, USER_NETWORK } from "./settings.ts";
import { Pool } from "./storage/pool.ts";
import { rememberConnection } from "./used-connections.ts";

export interface LibvirtPlatformOptions {
  /** Checked image; never written to. */
  readonly image: Image;
  /** The runbook's `platform.libvirt` section; see settings.ts for its keys. */
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

/** The platform that runs images with libvirt. Throws UsageError for a section that does not hold. */
export async function libvirtPlatform(options: LibvirtPlatformOptions): Promise<Platform> {
  const settings = parseLibvirtSettings(options.section);
  const { architecture = "x86_64", name } = options.image;
  if (architecture !== "x86_64") {
    throw new UsageError(`The image '${name}' is for ${architecture}, and machines of libvirt are x86_64 here.`, {
      help: "Run it with 'type: qemu' under 'platform'.",
    });
  }
  const way = await planBoot(settings.boot, options.account ?? {}, options.folder ?? process.cwd());
  const plan: BootPlan = { way, kernel: await chooseKernel(settings.boot) };
  // A run that cannot go on without it tells why in its own words.
  const host = await readHost(new Virsh(settings.uri), AbortSignal.timeout(ANSWER_LIMIT_MS)).catch(() => undefined);
  return new LibvirtPlatform(options, settings, plan, host);
}

/** Starting a session's daemon takes a while. */
const ANSWER_LIMIT_MS = 30_000;

interface Ready {
  readonly prepared: Prepared;
  readonly maker: MachineMaker;
}

/** How the image is to be booted, with a kernel that still has to be put on it. */
interface BootPlan {
  readonly way: BootWay;
  readonly kernel: ChosenKernel | undefined;
}

class LibvirtPlatform implements Platform {
  readonly type = "libvirt";
  readonly isPristineCheap: boolean;
  /** What bounds it is what environments take of the host. */
  readonly maxEnvironments = Number.POSITIVE_INFINITY;
  readonly #options: LibvirtPlatformOptions;
  readonly #settings: LibvirtSettings;
  readonly #usual: UsualShape & Pick<LibvirtSettings, "isHere">;
  readonly #plan: BootPlan;
  readonly #alive: LiveEnvironments;
  readonly #opened = new AsyncDisposableStack();
  readonly #preparation = new Preparation<Ready>();
  #host: HostFacts | undefined;
  #accelerator: "kvm" | "tcg" = "tcg";

  constructor(options: LibvirtPlatformOptions, settings: LibvirtSettings, plan: BootPlan, host: HostFacts | undefined) {
    this.#options = options;
    this.#alive = new LiveEnvironments(options.keepEnvironment);
    this.#settings = settings;
    this.#usual = { ...settings, folder: options.folder };
    this.#plan = plan;
    this.#host = host;
    this.isPristineCheap = settings.forks;
  }

  hostCost(requirement: EnvironmentRequirement): HostCost {
    if (this.#settings.uri.host !== undefined) return { memoryMb: 0, cpus: 0 };
    return costOfMachines(machineShapes(requirement, this.#usual), this.#accelerator);
  }

  refuse(requirement: EnvironmentRequirement): string | undefined {
    return libvirtRefusal(requirement, this.#usual, this.#host);
  }

  async removeLeftBehind(): Promise<readonly string[]> {
    return (await cleanConnection(this.#settings.uri.text)).removed.map(({ name }) => name);
  }

  async prepare(context: PrepareContext): Promise<void> {
    const { maker } = await this.#preparation.get(() => this.#prepareOnce(context));
    const { firstRequirement: first } = context;
    if (!this.#settings.forks || first?.coldBoot === true) return;
    const shapes = first === undefined ? [usualShape(this.#usual)] : machineShapes(first, this.#usual);
    for (const shape of shapes) await maker.template(shape, context).catch(unlessForkable);
  }

  async deploy(requirement: EnvironmentRequirement, context: DeployContext): Promise<Environment> {
    const startedAt = performance.now();
    const { maker, prepared } = await this.#preparation.get(() => this.#prepareOnce(context));
    const refusal = libvirtRefusal(requirement, { ...this.#usual, acceleration: prepared.accelerator }, prepared.host);
    if (refusal !== undefined) throw new PlatformError(`libvirt cannot serve this environment: ${refusal}`);
    const plans = machinePlans(requirement, this.#usual, context.environmentName);
    const { machines, network } = await makeAll(maker, plans, context, requirement);
    const [first, ...others] = machines;
    if (first === undefined) throw new PlatformError("libvirt was asked for an environment without nodes.");
    const { connected } = first;
    const { image } = this.#options;
    const parameters = prepared.image.way.kernel?.commandLine;
    const isCold = machines.some((machine) => machine.connected.origin === "cold boot");
    const environment = libvirtEnvironment({
      name: context.environmentName,
      machines: [first, ...others],
      network,
      prepared,
      facts: {
        image: image.name,
        image_digest: image.digest,
        ...(image.checksum === undefined ? {} : { image_checksum: image.checksum }),
        ...(connected.kernelRelease === undefined ? {} : { kernel: connected.kernelRelease }),
        ...(parameters === undefined ? {} : { kernel_parameters: parameters }),
        firmware: this.#settings.firmware,
        accelerator: prepared.accelerator,
        vmm_version: prepared.host.version,
        libvirt_uri: this.#settings.uri.text,
        origin: isCold ? "cold boot" : "fork",
        ready_after_ms: `${Math.round(performance.now() - startedAt)}`,
      },
      afterwards: this.#alive.afterwards,
    });
    return this.#alive.add(environment, context.progress);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#alive[Symbol.asyncDispose]();
    await this.#opened.disposeAsync();
  }

  /** The network that the machines are to be on, where it is one of libvirt's. */
  async #openNetwork(virsh: Virsh, { progress, signal }: Omit<DeployContext, "environmentName">): Promise<void> {
    const { network, storage } = this.#settings;
    if (network === USER_NETWORK) return;
    const mark = await makeMark({ runId: this.#options.runId, name: network, storage });
    const how = await ensureNetwork(virsh, network, mark, signal);
    if (how === "there") return;
    progress({ environment: undefined, step: "network", detail: `'${network}' was ${how}` });
    // One that kept machines are on stays with them.
    if (how === "made") this.#opened.defer(async () => void (await removeUnused(virsh, [network])));
  }

  async #prepareOnce(context: Omit<DeployContext, "environmentName">): Promise<Ready> {
    const { progress, signal } = context;
    const settings = this.#settings;
    const { adminUsername: username = "assay", runId } = this.#options;
    const virsh = new Virsh(settings.uri);
    const startedAt = performance.now();
    const host = await readHost(virsh, signal);
    this.#host = host;
    const accelerator = await chooseAccelerator(virsh, settings, signal);
    this.#accelerator = accelerator;
    const elapsedMs = Math.round(performance.now() - startedAt);
    progress({
      environment: undefined,
      step: "connect to libvirt",
      detail: `${host.version}, ${accelerator}`,
      elapsedMs,
    });
    await rememberConnection(settings.uri.text);
    const { removed } = await cleanConnection(settings.uri.text);
    if (removed.length > 0) {
      const names = removed.map(({ name }) => `'${name}'`).join(", ");
      progress({ environment: undefined, step: "clean up", detail: `removed what earlier runs left: ${names}` });
    }
    await this.#openNetwork(virsh, context);
    const pool = await Pool.open(virsh, settings.storage, settings.storageFolder, signal);
    const image = bootable(this.#options.image, this.#plan.way);
    const prepared: Prepared = {
      ...{ virsh, host, accelerator, pool, image, username, runId, settings },
      events: this.#opened.use(await DomainEvents.open(virsh)),
      base: await baseOf({ virsh, pool, image, signal, progress }),
      sshKey: makeSshKey(`assay-${runId}`),
      via: await routeTo(settings.uri.host, process.env.USER ?? "root"),
      bootTimeoutMs: settings.bootTimeoutMs ?? BOOT_TIMEOUT_MS[accelerator],
    };
    const { kernel } = this.#plan;
    if (kernel === undefined) return { prepared, maker: new MachineMaker(prepared) };
    const changed = await prepareKernel({
      ...{ kernel, signal, progress, image },
      openMachine: async () => {
        const plan = { name: "assay-kernel", shape: { cores: settings.cores, memoryMb: settings.memoryMb } };
        const maker = new MachineMaker(prepared);
        const how = { isCold: false, privateNic: undefined };
        const order = { ...context, environmentName: plan.name };
        return kernelMachine(await maker.make({ ...plan, place: undefined }, order, how), prepared, signal);
      },
    });
    const base = await baseOf({ virsh, pool, image: changed, signal, progress });
    const withKernel: Prepared = { ...prepared, image: changed, base };
    return { prepared: withKernel, maker: new MachineMaker(withKernel) };
  }
}
