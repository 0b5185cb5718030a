import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { DeployContext } from "../platform.ts";
import { takeLock } from "../qemu/host/build-lock.ts";
import type { MachineShape } from "../qemu/machine/machine.ts";
import { hostName, type MachinePlan } from "../qemu/machine-plan.ts";
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

  constructor(prepared: Prepared) {
    this.#prepared = prepared;
  }

  /** The machine of a plan. Throws what booting and restoring throw; nothing is left then. */
  async make(
    plan: MachinePlan,
    context: DeployContext,
    how: { readonly isCold: boolean; readonly privateNic: PrivateNic | undefined },
  ): Promise<ConnectedMachine> {
    const { environmentName: environment, logFolder, progress, signal } = context;
    const { name, shape } = plan;
    const order: MachineOrder = {
      name,
      hostname: hostName(name),
      shape,
      privateNic: how.privateNic,
      place: plan.place,
      logFolder,
      signal,
    };
    const startedAt = performance.now();
    const elapsedMs = () => Math.round(performance.now() - startedAt);
    if (how.isCold || !this.#prepared.settings.forks) {
      progress({
        environment,
        step: "cold boot",
        detail: how.isCold ? "the case tests booting itself" : "every machine is booted",
      });
      const { sshKey } = this.#prepared;
      const booted = await bootMachine(this.#prepared, order, { sshKey });
      progress({ environment, step: "cold boot", elapsedMs: elapsedMs() });
      return booted;
    }
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
      const key = templateKey(this.#prepared, shape);
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

  /** The template for a shape: kept from before, or made now. */
  async template(shape: MachineShape, context: MakerContext): Promise<Template> {
    const prepared = this.#prepared;
    const { logFolder, progress, signal } = context;
    const key = templateKey(prepared, shape);
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
