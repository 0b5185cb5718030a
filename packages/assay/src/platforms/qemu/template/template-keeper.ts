import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BootFailed } from "../../../errors/catalogue.ts";
import type { DeployContext } from "../../platform.ts";
import type { BootableImage } from "../boot-way.ts";
import { takeLock } from "../host/build-lock.ts";
import type { HostSetup } from "../host/host-setup.ts";
import type { MachineShape } from "../machine/machine.ts";
import type { FirstContact } from "../settings.ts";
import { buildTemplate } from "./build-template.ts";
import { templateInputs, templateKey } from "./template-key.ts";
import { findTemplate, pruneTemplates, removeTemplate, type Template } from "./template-store.ts";
import { useTemplate } from "./template-use.ts";

export type TemplateContext = Pick<DeployContext, "signal" | "logFolder" | "progress">;

const shapeName = ({
  cores,
  memoryMb,
  hasPrivateNic = false,
  isSecureBoot = false,
  hasTpm = false,
  hardware,
}: MachineShape) => JSON.stringify({ cores, memoryMb, hasPrivateNic, isSecureBoot, hasTpm, hardware });

interface KeeperParts {
  readonly host: HostSetup;
  readonly image: BootableImage;
  readonly username: string;
  readonly firstContact: FirstContact;
  readonly runId: string;
  readonly cacheBytes: number;
}

/** A template that one caller makes, for all. */
interface Making {
  readonly template: Promise<Template>;
  /** That of the caller who makes it. */
  readonly signal: AbortSignal;
}

/**
 * Gives the template of each shape of machine: from the cache, or by booting the image once. Until it is disposed no
 * other assay evicts what it gave.
 */
export class TemplateKeeper implements AsyncDisposable {
  readonly #parts: KeeperParts;
  readonly #uses = new AsyncDisposableStack();
  readonly #templates = new Map<string, Making>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /**
   * The template for `shape`; all callers of one shape wait for the same, and when the one who makes it gives up, another
   * begins. Throws what building throws, and the signal's reason.
   */
  async get(shape: MachineShape, context: TemplateContext): Promise<Template> {
    for (;;) {
      context.signal.throwIfAborted();
      const known = this.#templates.get(shapeName(shape));
      if (known === undefined) return await this.#begin(shape, context);
      try {
        return await unlessAborted(known.template, context.signal);
      } catch (error) {
        if (context.signal.aborted || !known.signal.aborted) throw error;
      }
    }
  }

  /**
   * Takes a template out of use that turned out to be damaged, so that the next caller gets a new one. Forks are made
   * at the same time; only the first that tells has an effect, and what another assay has made meanwhile stays.
   */
  async discard(template: Template): Promise<void> {
    const name = shapeName(template.inputs);
    const known = this.#templates.get(name);
    if (known === undefined || (await known.template.catch(() => undefined)) !== template) return;
    if (this.#templates.get(name) !== known) return;
    this.#templates.delete(name);
    const found = await findTemplate(template.key);
    if (found?.createdAt === template.createdAt) await removeTemplate(template.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#uses.disposeAsync();
  }

  #begin(shape: MachineShape, context: TemplateContext): Promise<Template> {
    const name = shapeName(shape);
    const making: Making = { template: this.#use(shape, context), signal: context.signal };
    this.#templates.set(name, making);
    // Before anybody who waits is told, so that the next one who asks begins anew.
    making.template.catch(() => {
      if (this.#templates.get(name) === making) this.#templates.delete(name);
    });
    return making.template;
  }

  async #use(shape: MachineShape, context: TemplateContext): Promise<Template> {
    const template = await this.#findOrBuild(shape, context);
    this.#uses.use(await useTemplate(template.folder));
    return template;
  }

  async #findOrBuild(shape: MachineShape, context: TemplateContext): Promise<Template> {
    const { host, image, username, firstContact, runId, cacheBytes } = this.#parts;
    const { signal, progress } = context;
    const inputs = await templateInputs(host, image, shape, { username, firstContact });
    const key = templateKey(inputs);
    const found = await findTemplate(key);
    if (found !== undefined) return found;
    const onWait = () =>
      progress({
        environment: undefined,
        step: "boot template",
        detail: "waiting for another assay that boots the same one",
      });
    await using _lock = await takeLock(`template ${key}`, { signal, onWait });
    // The one who held the lock may have built it.
    const builtMeanwhile = await findTemplate(key);
    if (builtMeanwhile !== undefined) return builtMeanwhile;
    const build = async (attempt: string): Promise<Template> => {
      const logFolder = join(context.logFolder, `template-${key.slice(0, 8)}${attempt}`);
      await mkdir(logFolder, { recursive: true });
      return await buildTemplate({ host, image, shape, username, inputs, runId, logFolder, signal, progress });
    };
    const built = await build("").catch((error: unknown) => {
      if (!(error instanceof BootFailed && error.isTransient)) throw error;
      progress({ environment: undefined, step: "boot template", detail: `once more: ${error.message.split("\n")[0]}` });
      return build("-again");
    });
    await pruneTemplates(built, cacheBytes);
    return built;
  }
}

/** What somebody else makes, as long as this caller wants it. */
async function unlessAborted<T>(made: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([made, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
