import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { DeployContext } from "../platform.ts";
import { takeLock } from "../qemu/host/build-lock.ts";
import type { MachineShape } from "../qemu/machine/machine.ts";
import { hostName, type MachinePlan } from "../qemu/machine-plan.ts";
import { NotForkable } from "../qemu/template/not-forkable.ts";
import { bootMachine } from "./boot-machine.ts";
import type { PrivateNic } from "./domain/domain-xml.ts";
import { forkMachine } from "./fork-machine.ts";
import type { ConnectedMachine, MachineOrder, Prepared } from "./machine.ts";
import { keepBound } from "./template/bound.ts";
import { buildTemplate } from "./template/build-template.ts";
import { findTemplate, keepTemplate, removeTemplate, type Template, templateKey } from "./template/template.ts";

type MakerContext = Pick<DeployContext, "signal" | "logFolder" | "progress">;

/** Makes machines: copies of one that was booted once, or booted each. */
export class MachineMaker {
  readonly #prepared: Prepared;
  /** Templates of which a fork answered in this run: their files are sound. */
  readonly #proven = new Set<string>();
  /** Hardware that cannot be saved. */
  readonly #notForkable = new Map<string, NotForkable>();

  constructor(prepared: Prepared) {
    this.#prepared = prepared;
  }

  /** The machine of a plan. Throws what booting and restoring throw; nothing is left then. */
  async make(
    plan: MachinePlan,
    context: DeployContext,
    how: { readonly isCold: boolean; readonly privateNic: PrivateNic | undefined },
  ): Promise<ConnectedMachine> {
    const { logFolder, signal } = context;
    const { name, place, shape } = plan;
    const { privateNic } = how;
    const order: MachineOrder = { name, hostname: hostName(name), shape, privateNic, place, logFolder, signal };
    if (how.isCold) return await this.#coldBoot(order, context, "the case tests booting itself");
    if (!this.#prepared.settings.forks) return await this.#coldBoot(order, context, "every machine is booted");
    const hardware = JSON.stringify(shape.hardware);
    try {
      const known = this.#notForkable.get(hardware);
      if (known !== undefined) throw known;
      return await this.#fork(order, context);
    } catch (error) {
      if (!(error instanceof NotForkable)) throw error;
      this.#notForkable.set(hardware, error);
      return await this.#coldBoot(order, context, `its hardware cannot be saved (${error.reason})`);
    }
  }

  async #coldBoot(order: MachineOrder, context: DeployContext, why: string): Promise<ConnectedMachine> {
    const { environmentName: environment, progress } = context;
    const startedAt = performance.now();
    progress({ environment, step: "cold boot", detail: why });
    const { sshKey } = this.#prepared;
    const booted = await bootMachine(this.#prepared, order, { sshKey });
    progress({ environment, step: "cold boot", elapsedMs: Math.round(performance.now() - startedAt) });
    return booted;
  }

  async #fork(order: MachineOrder, context: DeployContext): Promise<ConnectedMachine> {
    const { environmentName: environment, progress, signal } = context;
    const { shape } = order;
    const startedAt = performance.now();
    const elapsedMs = () => Math.round(performance.now() - startedAt);
    const steps: string[] = [];
    const fork = async () => {
      const template = await this.template(shape, context);
      const onStep = (step: string) => steps.push(`${step} after ${elapsedMs()} ms`);
      const forked = await forkMachine(this.#prepared, template, order, onStep);
      this.#proven.add(template.files);
      return forked;
    };
    progress({ environment, step: "fork" });
    const forked = await fork().catch(async (error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof NotForkable) throw error;
      const key = await templateKey(this.#prepared, shape);
      const template = await findTemplate(this.#prepared, key, signal);
      // A template whose forks never answered is taken for damaged, and made anew once; a sound one is not to blame.
      if (template === undefined || this.#proven.has(template.files)) throw error;
      const why = error instanceof Error ? error.message : String(error);
      progress({ environment, step: "fork", detail: `the kept template is damaged: ${why}` });
      await removeTemplate(this.#prepared, key, template);
      return await fork();
    });
    progress({ environment, step: "fork", detail: steps.join(", "), elapsedMs: elapsedMs() });
    return forked;
  }

  /** The template for a shape: kept from before, or made now. Throws NotForkable and what booting throws. */
  async template(shape: MachineShape, context: MakerContext): Promise<Template> {
    const prepared = this.#prepared;
    const { logFolder, progress, signal } = context;
    const key = await templateKey(prepared, shape);
    const found = await findTemplate(prepared, key, signal);
    if (found !== undefined) return found;
    const onWait = () =>
      progress({
        environment: undefined,
        step: "boot template",
        detail: "waiting for another that boots the same one",
      });
    await using _lock = await takeLock(`libvirt template ${key}`, { signal, onWait });
    // The one who held the lock may have made it.
    const madeMeanwhile = await findTemplate(prepared, key, signal);
    if (madeMeanwhile !== undefined) return madeMeanwhile;
    const folder = join(logFolder, `template-${key.slice(0, 8)}`);
    await mkdir(folder, { recursive: true });
    const template = await buildTemplate(prepared, { shape, logFolder: folder, signal, progress });
    await keepTemplate(key, template);
    await keepBound(prepared, signal);
    return template;
  }
}
