import { randomBytes } from "node:crypto";
import { HotPlugPorts } from "../../qemu/machine/hot-plug-ports.ts";
import { QmpClient, type QmpEvent } from "../../qemu/machine/qmp-client.ts";
import type { DomainEvents } from "../connection/events.ts";
import type { Virsh } from "../connection/virsh.ts";
import { withFile } from "../connection/with-file.ts";
import { DomainDisks } from "../disks/domain-disks.ts";
import type { Pool } from "../storage/pool.ts";
import { DomainConsole } from "./console.ts";
import { type DomainMark, MARK_NAMESPACE, markText } from "./mark.ts";
import { PassedMonitor } from "./passed-monitor.ts";
import { DomainPower } from "./power.ts";

/** All names have one length, so that one can stand in the place of another in a saved machine. */
const ID_BYTES = 8;
const PREFIX = "assay-";

/** A name for a new domain; the files of the domain begin with it too. */
export const domainName = (): string => `${PREFIX}${randomBytes(ID_BYTES).toString("hex")}`;
export const isDomainName = (name: string): boolean => new RegExp(`^${PREFIX}[0-9a-f]{${2 * ID_BYTES}}$`).test(name);

export interface DomainParts {
  readonly virsh: Virsh;
  readonly events: DomainEvents;
  readonly pool: Pool;
  readonly name: string;
  /** What the serial console says is added to it. */
  readonly serialLog: string;
  /** What a machine that goes on here said before. */
  readonly earlierLog?: string;
}

const KILL_LIMIT_MS = 60_000;

/** A machine of libvirt that assay defined. Disposing removes it with all its files. */
export class Domain implements AsyncDisposable {
  readonly name: string;
  readonly console: DomainConsole;
  /** Its QEMU's monitor, through libvirt. */
  readonly qmp: QmpClient;
  /** Places for devices that libvirt knows nothing of. */
  readonly ports: HotPlugPorts;
  readonly power: DomainPower;
  readonly disks: DomainDisks;
  readonly #parts: DomainParts;
  readonly #stopListening: () => void;
  /** Resolves with what happened when the machine died on its own, and not because its guest powered off. */
  readonly died: Promise<string>;
  #isUnwanted = false;
  /** Ends that power control is about to bring about. */
  #awaitedEnds = 0;

  private constructor(parts: DomainParts, qmp: QmpClient) {
    this.#parts = parts;
    this.name = parts.name;
    this.qmp = qmp;
    this.ports = new HotPlugPorts(qmp);
    const { virsh, events, name, pool } = parts;
    const console = new DomainConsole(virsh, name, parts.serialLog, parts.earlierLog);
    this.console = console;
    const onCut = () => {
      this.#awaitedEnds++;
    };
    this.power = new DomainPower({ virsh, events, console, qmp, domain: name, onCut });
    this.disks = new DomainDisks({ virsh, events, pool, qmp, ports: this.ports, domain: name });
    this.power.onSwitchOn((signal) => this.disks.beginAnew(signal));
    const { promise, resolve } = Promise.withResolvers<string>();
    this.died = promise;
    this.#stopListening = events.on(name, (event) => {
      this.console.hear(event);
      const { detail, kind } = event;
      if (kind !== "lifecycle" || !/^Stopped (?!Shutdown|Saved)/.test(detail) || this.#isUnwanted) return;
      if (this.#awaitedEnds > 0) this.#awaitedEnds--;
      else resolve(detail);
    });
    void events.ended.then(() => resolve("the connection to libvirt was lost"));
  }

  /** A domain that is not defined yet. */
  static async open(parts: DomainParts): Promise<Domain> {
    const { virsh, events, name } = parts;
    return new Domain(parts, await QmpClient.open(new PassedMonitor(virsh, events, name)));
  }

  get virsh(): Virsh {
    return this.#parts.virsh;
  }

  get pool(): Pool {
    return this.#parts.pool;
  }

  /** Tells of each boot as QEMU tells of resets, also of that of a machine that was off. */
  get boots(): { readonly qmp: Pick<QmpClient, "onEvent"> } {
    const onEvent = (listener: (event: QmpEvent) => void) =>
      this.#parts.events.on(this.name, ({ detail, kind }) => {
        const isBoot = kind === "reboot" || (kind === "lifecycle" && detail === "Started Booted");
        if (isBoot) listener({ event: "RESET", data: {} });
      });
    return { qmp: { onEvent } };
  }

  /** Plugs the cable of an interface in, for now and for when it is switched on again. */
  async plugIn(mac: string, signal: AbortSignal | undefined): Promise<void> {
    const command = ["domif-setlink", this.name, mac, "up"] as const;
    await this.virsh.run(command, { signal });
    await this.virsh.run([...command, "--config"], { signal });
  }

  /** Makes the domain known to libvirt, in place of what it was before. */
  async define(xml: string, signal: AbortSignal): Promise<void> {
    await withFile("domain.xml", xml, (file) => this.virsh.run(["define", file], { signal }));
  }

  /** Switches it on. */
  async start(signal: AbortSignal): Promise<void> {
    await this.virsh.run(["start", this.name, "--paused"], { signal });
    await this.console.attach(signal);
    await this.virsh.run(["resume", this.name], { signal });
  }

  /** Replaces its mark, so that it outlives assay. */
  async keep(mark: DomainMark): Promise<void> {
    const value = `<machine>${markText({ ...mark, isKept: true })}</machine>`;
    const place = ["--uri", MARK_NAMESPACE, "--key", "assay", "--set", value];
    const live = (await this.virsh.run(["domstate", this.name])) === "running" ? ["--live"] : [];
    await this.virsh.run(["metadata", this.name, ...place, "--config", ...live]);
    this.#isUnwanted = true;
    this.#stopListening();
    this.qmp[Symbol.dispose]();
    await this.console[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isUnwanted = true;
    this.#stopListening();
    await removeDomain(this.virsh, this.name, this.#parts.pool);
    this.qmp[Symbol.dispose]();
    await this.console[Symbol.asyncDispose]();
  }
}

/** Ends a domain and removes all that belongs to it alone. What is gone already is no problem. */
export async function removeDomain(virsh: Virsh, name: string, pool: Pool | undefined): Promise<void> {
  await virsh.ask(["destroy", name], { timeoutMs: KILL_LIMIT_MS });
  const whole = ["--managed-save", "--snapshots-metadata", "--checkpoints-metadata"] as const;
  // A machine with BIOS has no variables, which older versions take for an error.
  const isGone = await virsh.ask(["undefine", name, ...whole, "--nvram"]);
  if (isGone === undefined) await virsh.ask(["undefine", name, ...whole]);
  await pool?.removeAll(name);
}
