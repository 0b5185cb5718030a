import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { HostExhausted } from "../../errors/catalogue.ts";
import type { DeployContext } from "../platform.ts";
import type { BootableImage } from "./boot-way.ts";
import { coldBoot } from "./cold-boot.ts";
import { type ConnectedMachine, forkTemplate } from "./fork.ts";
import type { HostSetup } from "./host/host-setup.ts";
import type { SshKey } from "./machine/ssh-key.ts";
import { hostName, type MachinePlan } from "./machine-plan.ts";
import { removeMachine } from "./qemu-environment.ts";
import { NotForkable } from "./template/not-forkable.ts";
import type { TemplateKeeper } from "./template/template-keeper.ts";
import { findTemplate, type Template } from "./template/template-store.ts";

/** What machines are made of: found out and made once in a run. */
export interface Prepared {
  readonly host: HostSetup;
  readonly image: BootableImage;
  readonly sshKey: SshKey;
  readonly templates: TemplateKeeper;
}

/** A machine that was made as planned. */
interface Made {
  readonly plan: MachinePlan;
  readonly origin: "fork" | "cold boot";
  readonly connected: ConnectedMachine;
}

/** What all machines of a run have in common. */
interface MakerParts {
  readonly runId: string;
  readonly username: string;
  readonly lifetime: "with-owner" | "on-its-own";
}

interface MakeContext extends DeployContext {
  /** Switched on for the case, and not forked. */
  readonly isCold: boolean;
  /** Its machines' memory is not shared with other forks. */
  readonly hasOwnMemory: boolean;
}

/** Makes the machines of environments, by forking templates or by booting the image. */
export class MachineMaker {
  readonly #parts: MakerParts;
  /** Templates of which a fork answered in this run: their files are sound. */
  readonly #proven = new Set<string>();
  /** Hardware of which QEMU said that it cannot be frozen. */
  readonly #notForkable = new Map<string, NotForkable>();

  constructor(parts: MakerParts) {
    this.#parts = parts;
  }

  /** All machines at the same time; when one cannot be made, none is left. Throws what making that one throws. */
  async makeAll(prepared: Prepared, plans: readonly MachinePlan[], order: MakeContext): Promise<readonly Made[]> {
    const failed = new AbortController();
    const signal = AbortSignal.any([order.signal, failed.signal]);
    const makings = plans.map(async (plan) => {
      const logFolder = plans.length === 1 ? order.logFolder : join(order.logFolder, plan.name);
      await mkdir(logFolder, { recursive: true });
      const context = { ...order, signal, logFolder };
      return { plan, ...(await this.#make(prepared, plan, context)) };
    });
    try {
      return await Promise.all(makings);
    } catch (error) {
      failed.abort(error);
      const made = (await Promise.allSettled(makings)).filter((making) => making.status === "fulfilled");
      // What fails here must not hide why the machines are removed.
      await Promise.allSettled(made.map(({ value }) => removeMachine(value.connected)));
      throw error;
    }
  }

  async #make(prepared: Prepared, plan: MachinePlan, context: MakeContext): Promise<Omit<Made, "plan">> {
    if (context.isCold) {
      return {
        origin: "cold boot",
        connected: await this.#coldBoot(prepared, plan, context, "the case tests booting itself"),
      };
    }
    const hardware = JSON.stringify(plan.shape.hardware);
    try {
      const known = this.#notForkable.get(hardware);
      if (known !== undefined) throw known;
      return { origin: "fork", connected: await this.#fork(prepared, plan, context) };
    } catch (error) {
      if (!(error instanceof NotForkable)) throw error;
      this.#notForkable.set(hardware, error);
      const why = `its hardware cannot be frozen (${error.reason})`;
      return { origin: "cold boot", connected: await this.#coldBoot(prepared, plan, context, why) };
    }
  }

  async #fork(prepared: Prepared, plan: MachinePlan, context: MakeContext): Promise<ConnectedMachine> {
    const template = await prepared.templates.get(plan.shape, context);
    try {
      return await this.#forkOnce(prepared, plan, template, context);
    } catch (error) {
      context.signal.throwIfAborted();
      // A template whose forks never answered, or that is gone, is made anew once; a sound one is not to blame.
      const isProven = this.#proven.has(template.key) && (await findTemplate(template.key)) !== undefined;
      if (isProven || error instanceof HostExhausted) throw error;
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
      hasOwnMemory: context.hasOwnMemory,
      virtiofs: plan.shape.virtiofs,
      onStep: (step, atMs) => {
        elapsedMs = Math.round(atMs);
        if (step === "answered") this.#proven.add(template.key);
        parts.push(`${step} after ${elapsedMs} ms`);
      },
    });
    progress({ environment, step: "fork", detail: `${of}${parts.join(", ")}`, elapsedMs });
    return connected;
  }

  async #coldBoot(prepared: Prepared, plan: MachinePlan, context: MakeContext, why: string): Promise<ConnectedMachine> {
    const { environmentName: environment, progress } = context;
    const startedAt = performance.now();
    progress({ environment, step: "cold boot", detail: why });
    const { shape } = plan;
    const { username } = this.#parts;
    const connected = await coldBoot({ ...this.#common(prepared, plan, context), shape, username });
    progress({ environment, step: "cold boot", elapsedMs: Math.round(performance.now() - startedAt) });
    return connected;
  }

  #common({ host, image, sshKey }: Prepared, { name, place }: MachinePlan, { signal, logFolder }: MakeContext) {
    const { lifetime, runId } = this.#parts;
    return {
      ...{ host, sshKey, image, runId, signal, logFolder, lifetime },
      hostname: place?.name ?? hostName(name),
      network: place,
    };
  }
}
