import { expect, test } from "vitest";
import { CommandFailed, LoginRefused, NodeUnreachable, TimedOut, UsageError } from "../errors/catalogue.ts";
import { makeNode } from "../node/make-node.ts";
import { describeCommand } from "../node/shell/command.ts";
import type { Command, Completed, Outcome, Running, RunOptions, Shell } from "../node/shell/types.ts";
import { Reboot } from "./reboot.ts";

test("a reboot ends when the guest answers with another boot id", async () => {
  const guest = new Guest({ reconnects: ["old", "new"] });
  const result = await guest.reboot.reboot();
  expect(result).toMatchObject({ bootIdBefore: "old", bootIdAfter: "new" });
  expect(result.elapsedMs).toBeGreaterThanOrEqual(0);
  expect(guest.commands).toContain("reboot");
});

test("facts are gathered anew after a reboot", async () => {
  const guest = new Guest({ reconnects: ["new"] });
  const before = guest.node.tool(Reboot);
  await before.reboot();
  expect(guest.node.tool(Reboot)).not.toBe(before);
});

test("a session that is dropped by the reboot command is no failure", async () => {
  const guest = new Guest({ reconnects: ["new"], onReboot: { kind: "connection-lost", reason: "reset" } });
  await expect(guest.reboot.reboot()).resolves.toMatchObject({ bootIdAfter: "new" });
});

test("logins that are refused while the guest comes up are tried again", async () => {
  const guest = new Guest({ reconnects: [new LoginRefused("System is booting up."), "new"] });
  await expect(guest.reboot.reboot()).resolves.toMatchObject({ bootIdAfter: "new" });
});

test("a guest that refuses the command says why", async () => {
  const guest = new Guest({ reconnects: [], onReboot: { kind: "exited", exitCode: 1 } });
  await expect(guest.reboot.reboot()).rejects.toThrow(CommandFailed);
  await expect(guest.reboot.reboot()).rejects.toThrow(/'guest' refused to reboot \(exit code 1\): Access denied/);
});

test("a guest that keeps its boot did not reboot", async () => {
  const guest = new Guest({ reconnects: [] });
  const rebooting = guest.reboot.reboot({ timeoutMs: 20 });
  await expect(rebooting).rejects.toThrow(TimedOut);
  await expect(rebooting).rejects.toThrow(/'guest' did not reboot: after 0 s it still runs its old boot/);
});

test("a guest that does not come back is stuck", async () => {
  const guest = new Guest({ reconnects: [], isGone: true });
  const rebooting = guest.reboot.waitForNewBoot("old", { timeoutMs: 20 });
  await expect(rebooting).rejects.toThrow(NodeUnreachable);
  await expect(rebooting).rejects.toThrow(/'guest' is stuck: .* Nobody answers\./);
});

test("an abort ends the wait with its reason", async () => {
  const abort = new AbortController();
  const guest = new Guest({ reconnects: [], isGone: true });
  const waiting = guest.reboot.waitForNewBoot("old", { signal: abort.signal });
  abort.abort(new Error("the case was cancelled"));
  await expect(waiting).rejects.toThrow(/aborted|cancelled/);
});

test("the machine assay runs on is never rebooted", async () => {
  const guest = new Guest({ reconnects: [], isLocal: true });
  await expect(guest.reboot.reboot()).rejects.toThrow(UsageError);
  expect(guest.commands).toEqual([]);
});

interface Behaviour {
  /** What each new connection finds: a boot id, or why there is none. After the last one nothing changes. */
  readonly reconnects: readonly (string | Error)[];
  readonly onReboot?: Outcome;
  readonly isGone?: boolean;
  readonly isLocal?: boolean;
}

/** A guest made of its answers: the only thing the tool sees of a real one. */
class Guest implements Shell {
  readonly label = "guest";
  readonly commands: string[] = [];
  readonly node;
  readonly #behaviour: Behaviour;
  readonly #reconnects: (string | Error)[];
  #bootId = "old";

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
    this.#reconnects = [...behaviour.reconnects];
    this.node = makeNode({
      name: "guest",
      index: 0,
      isLocal: behaviour.isLocal ?? false,
      connection: { address: "192.0.2.1", port: 22, username: "assay" },
      capability: { cores: 1, memoryMb: 1024, features: [] },
      shell: this,
      features: new Map(),
    });
  }

  get reboot(): Reboot {
    return this.node.tool(Reboot);
  }

  async run(command: Command, options: RunOptions = {}): Promise<Completed> {
    const text = describeCommand(command);
    if (options.signal?.aborted) return ended(command, { kind: "aborted" });
    if (text.includes("boot_id")) return ended(command, { kind: "exited", exitCode: 0 }, `${this.#bootId}\n`);
    if (text.startsWith("sleep")) return ended(command, { kind: "connection-lost", reason: "the guest went down" });
    this.commands.push("reboot");
    const outcome = this.#behaviour.onReboot ?? { kind: "exited", exitCode: 0 };
    return ended(command, outcome, "", "Access denied\n");
  }

  async reconnect(): Promise<void> {
    if (this.#behaviour.isGone) throw new NodeUnreachable("Nobody answers.");
    const next = this.#reconnects.shift() ?? this.#bootId;
    if (typeof next !== "string") throw next;
    this.#bootId = next;
  }

  spawn(): Promise<Running> {
    return Promise.reject(new Error("not needed to reboot"));
  }

  read(): Promise<Uint8Array> {
    return Promise.reject(new Error("not needed to reboot"));
  }

  write(): Promise<void> {
    return Promise.reject(new Error("not needed to reboot"));
  }

  upload(): Promise<void> {
    return this.write();
  }

  download(): Promise<void> {
    return this.write();
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function ended(command: Command, outcome: Outcome, stdout = "", stderr = ""): Completed {
  return {
    command,
    outcome,
    exitCode: outcome.kind === "exited" ? outcome.exitCode : undefined,
    stdout,
    stderr,
    stdoutBytes: new TextEncoder().encode(stdout),
    durationMs: 1,
    isTruncated: false,
  };
}
