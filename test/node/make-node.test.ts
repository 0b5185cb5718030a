import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CommandFailed, TimedOut } from "../../packages/assay/src/errors/catalogue.ts";
import { type Feature, featureKey } from "../../packages/assay/src/features/feature.ts";
import { makeNode } from "../../packages/assay/src/node/make-node.ts";
import { sh } from "../../packages/assay/src/node/shell/command.ts";
import { LocalShell } from "../../packages/assay/src/node/shell/local/local-shell.ts";
import { Skipped } from "../../packages/assay/src/suite/outcomes.ts";
import { Tool } from "../../packages/assay/src/tools/tool.ts";

interface Lamp extends Feature {
  readonly featureName: "Lamp";
  readonly color: string;
}
const Lamp = featureKey<Lamp>("Lamp");
const Missing = featureKey<Feature & { readonly featureName: "Missing" }>("Missing");
const lamp: Lamp = { featureName: "Lamp", color: "green" };

function localNode() {
  return makeNode({
    name: "node-0",
    index: 0,
    isLocal: true,
    connection: { address: "localhost", port: 0, username: "root" },
    capability: { cores: 1, memoryMb: 1, features: ["Lamp"] },
    shell: new LocalShell(),
    features: new Map([["Lamp", lamp]]),
  });
}

class Echo extends Tool {
  say(word: string): Promise<string> {
    return this.node.text(["echo", word]);
  }
}

test("text gives stdout without its last newline, and only that one", async () => {
  const node = localNode();
  expect(await node.text(sh`printf ' a\n\n'`)).toBe(" a\n");
  expect(await node.text(sh`printf a`)).toBe("a");
});

test("text throws what happened, where and what the command said", async () => {
  const node = localNode();
  const failed = node.text(sh`echo 'on stdout'; echo 'no such thing' >&2; exit 3`);
  await expect(failed).rejects.toThrow(CommandFailed);
  await expect(failed).rejects.toMatchObject({
    message: `'echo 'on stdout'; echo 'no such thing' >&2; exit 3' on 'node-0' exited with code 3:\nno such thing`,
    exitCodeOfCommand: 3,
  });
  await expect(node.text(sh`seq 30; false`)).rejects.toThrow(/with code 1:\n21\n22\n[\s\S]*\n30$/);
  await expect(node.text(["sleep", "60"], { timeoutMs: 100 })).rejects.toThrow(TimedOut);
  await expect(node.text(["false", "geheim"], { secrets: ["geheim"] })).rejects.toThrow("'false ******' on");
  const reason = new Error("the panic watch ended the case");
  await expect(node.withSignal(AbortSignal.abort(reason)).text([":"])).rejects.toBe(reason);
});

test("features are found by their key, and a missing one skips the case", () => {
  const node = localNode();
  expect(node.feature(Lamp).color).toBe("green");
  expect(node.find(Missing)).toBeUndefined();
  expect(() => node.feature(Missing)).toThrow(Skipped);
});

test("a tool is made once for a view and forgotten on refresh", async () => {
  const node = localNode();
  const echo = node.tool(Echo);
  expect(node.tool(Echo)).toBe(echo);
  expect(await echo.say("hello")).toBe("hello");
  node.refresh();
  expect(node.tool(Echo)).not.toBe(echo);
});

test("observers see every command of every view until they leave", async () => {
  const node = localNode();
  const view = node.withSignal(new AbortController().signal);
  const seen: string[] = [];
  const stop = node.observe(({ command, outcome }) => seen.push(`${[command].flat().join(" ")} ${outcome.kind}`));
  await node.run(["true"]);
  await view.tool(Echo).say("hello");
  await view.shell.run(["false"]);
  await using running = await view.shell.spawn(["sleep", "0"]);
  await running.completed;
  stop();
  await view.run(["true"]);
  expect(seen).toEqual(["true exited", "echo hello exited", "false exited", "sleep 0 exited"]);
});

test("commands, tools and files of a view end with its signal, those of the node go on", async () => {
  const node = localNode();
  const folder = await mkdtemp(join(tmpdir(), "assay-node-"));
  const controller = new AbortController();
  const view = node.withSignal(controller.signal);
  const nested = view.withSignal(new AbortController().signal);
  const running = [view.run(["sleep", "60"]), nested.run(["sleep", "60"]), view.shell.run(["sleep", "60"])];
  await view.shell.write(join(folder, "file"), "x");
  controller.abort(new Error("over"));
  const outcomes = await Promise.all(running);
  expect(outcomes.map(({ outcome }) => outcome.kind)).toEqual(["aborted", "aborted", "aborted"]);
  await expect(view.shell.write(join(folder, "file"), "y")).rejects.toThrow("over");
  await expect(view.tool(Echo).say("x")).rejects.toThrow("over");
  expect(await readFile(join(folder, "file"), "utf8")).toBe("x");
  expect(await node.text(["echo", "alive"])).toBe("alive");
  await rm(folder, { recursive: true });
});

test("facts are gathered in one round trip and once, also after a caller gave up", async () => {
  const node = localNode();
  let commands = 0;
  node.observe(() => {
    commands += 1;
  });
  await expect(node.withSignal(AbortSignal.abort(new Error("over"))).facts()).rejects.toThrow("over");
  commands = 0;
  const [facts, again] = await Promise.all([node.facts(), node.facts()]);
  expect(again).toBe(facts);
  expect(commands).toBe(1);
  expect(facts).toMatchObject({
    architecture: await node.text(["uname", "-m"]),
    kernelRelease: await node.text(["uname", "-r"]),
    bootId: await node.text(["cat", "/proc/sys/kernel/random/boot_id"]),
    cpuCount: Number(await node.text(["getconf", "_NPROCESSORS_ONLN"])),
  });
  node.refresh();
  expect(await node.facts()).not.toBe(facts);
});
