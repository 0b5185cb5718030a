import { CommandFailed } from "../errors/catalogue.ts";
import { sh } from "../node/shell/command.ts";
import { requireSuccess } from "../node/shell/require-success.ts";
import { Tool } from "./tool.ts";
import { unexpected } from "./unexpected.ts";

/** One line of `systemctl list-units`. */
export interface Unit {
  readonly name: string;
  /** `loaded`, `not-found`, `masked`, `bad-setting`, … */
  readonly load: string;
  /** `active`, `inactive`, `failed`, `activating`, … */
  readonly active: string;
  /** State in the words of the unit's type, such as `running`, `exited`, `mounted`. */
  readonly sub: string;
  readonly description: string;
}

/** State of one unit, from `systemctl show`. A unit that does not exist has load state `not-found`. */
export interface UnitState {
  readonly name: string;
  readonly loadState: string;
  readonly activeState: string;
  readonly subState: string;
  /** `enabled`, `disabled`, `static`, `masked`, …; empty when there is no unit file. */
  readonly unitFileState: string;
  /** `success`, `exit-code`, `timeout`, … of its last run. */
  readonly result: string;
  /** Undefined when no process belongs to it. */
  readonly mainPid: number | undefined;
  readonly exists: boolean;
  readonly isActive: boolean;
}

type Change = "start" | "stop" | "restart" | "reload" | "enable" | "disable" | "mask" | "unmask";

const SHOWN = "Id,LoadState,ActiveState,SubState,UnitFileState,Result,MainPID";

/** Services and other units of a guest whose process 1 is systemd. */
export class Systemctl extends Tool {
  /** `running`, `degraded` (a unit failed), `starting`, `maintenance`, `offline`, … */
  async systemState(): Promise<string> {
    // Every state but `running` exits with 1; a state is an answer all the same.
    return await this.node.text(sh`systemctl is-system-running || [ $? -eq 1 ]`);
  }

  /** Units that are loaded; `pattern` such as `*.mount` narrows them down. */
  async units(pattern = "*"): Promise<readonly Unit[]> {
    return parseUnits(await this.node.text([...LIST_UNITS, "--all", pattern]));
  }

  async failedUnits(): Promise<readonly Unit[]> {
    return parseUnits(await this.node.text([...LIST_UNITS, "--state=failed"]));
  }

  async state(unit: string): Promise<UnitState> {
    return parseUnitState(await this.node.text(["systemctl", "show", "--no-pager", `--property=${SHOWN}`, "--", unit]));
  }

  async exists(unit: string): Promise<boolean> {
    return (await this.state(unit)).exists;
  }

  async isActive(unit: string): Promise<boolean> {
    return (await this.state(unit)).isActive;
  }

  /** Throws CommandFailed with the unit's status when it does not start; so do the following. */
  start(unit: string): Promise<void> {
    return this.#change("start", unit);
  }

  stop(unit: string): Promise<void> {
    return this.#change("stop", unit);
  }

  restart(unit: string): Promise<void> {
    return this.#change("restart", unit);
  }

  reload(unit: string): Promise<void> {
    return this.#change("reload", unit);
  }

  enable(unit: string): Promise<void> {
    return this.#change("enable", unit);
  }

  disable(unit: string): Promise<void> {
    return this.#change("disable", unit);
  }

  mask(unit: string): Promise<void> {
    return this.#change("mask", unit);
  }

  unmask(unit: string): Promise<void> {
    return this.#change("unmask", unit);
  }

  /** Reads unit files again after they were changed. */
  async daemonReload(): Promise<void> {
    await this.node.text(["systemctl", "daemon-reload"], { sudo: true });
  }

  async #change(change: Change, unit: string): Promise<void> {
    const done = await this.node.run(["systemctl", change, "--", unit], { sudo: true });
    if (done.outcome.kind !== "exited") return requireSuccess(done, this.node.name, undefined);
    if (done.exitCode === 0) return;
    const status = await this.node.run(["systemctl", "status", "--no-pager", "--full", "--lines=20", "--", unit], {
      sudo: true,
    });
    throw new CommandFailed(
      `'systemctl ${change} ${unit}' failed on node '${this.node.name}' (exit code ${done.exitCode}): ${done.stderr.trim()}`,
      done.exitCode,
      { help: `Status of '${unit}' afterwards:\n${status.stdout.trim() || status.stderr.trim()}` },
    );
  }
}

const LIST_UNITS = ["systemctl", "list-units", "--plain", "--no-legend", "--no-pager", "--full"] as const;

/** Parses `systemctl list-units --plain --no-legend`. */
export function parseUnits(output: string): Unit[] {
  return output
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => {
      // Some versions mark failed units with a dot in spite of --plain.
      const match = /^[●*x×]?\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*(.*?)\s*$/.exec(line);
      const [, name, load, active, sub, description = ""] = match ?? [];
      if (!name || !load || !active || !sub) throw unexpected("systemctl list-units", `line '${line}'`, output);
      return { name, load, active, sub, description };
    });
}

/** Parses `systemctl show --property=…` of one unit. */
export function parseUnitState(output: string): UnitState {
  const values = parseProperties(output);
  const value = (name: string) => values.get(name) ?? "";
  const name = value("Id");
  if (name === "") throw unexpected("systemctl show", "there is no 'Id='", output);
  const pid = Number(value("MainPID"));
  return {
    name,
    loadState: value("LoadState"),
    activeState: value("ActiveState"),
    subState: value("SubState"),
    unitFileState: value("UnitFileState"),
    result: value("Result"),
    mainPid: pid > 0 ? pid : undefined,
    exists: value("LoadState") !== "not-found",
    isActive: value("ActiveState") === "active",
  };
}

/** Lines `Name=value`; only the first `=` counts. */
function parseProperties(output: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of output.split(/\r?\n/)) {
    const at = line.indexOf("=");
    if (at > 0) values.set(line.slice(0, at), line.slice(at + 1));
  }
  return values;
}
