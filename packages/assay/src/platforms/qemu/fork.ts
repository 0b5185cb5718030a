import { PlatformError } from "../../errors/catalogue.ts";
import { connectSsh } from "../../node/shell/ssh/connect-ssh.ts";
import { HostKeyPin } from "../../node/shell/ssh/host-key-pin.ts";
import type { Shell } from "../../node/shell/types.ts";
import { AgentChannel } from "./agent/agent-channel.ts";
import { AgentShell, type AgentShellParts } from "./agent/agent-shell.ts";
import { runOnAgent } from "./agent/run-on-agent.ts";
import type { AgentFacts, Agents } from "./agent/start-agents.ts";
import type { BootableImage } from "./boot-way.ts";
import type { RootAccess } from "./guest/guest-clock.ts";
import type { Share } from "./hardware.ts";
import type { HostSetup } from "./host/host-setup.ts";
import { needRoom } from "./host/room.ts";
import { firmwareFor } from "./host/security.ts";
import { assumeIdentity, makeMachineId } from "./identity.ts";
import { HELPER_MEANS } from "./identity-script.ts";
import { bootFilesIn } from "./machine/boot-files.ts";
import { Machine } from "./machine/machine.ts";
import { MACHINE_DISK_BYTES, MachineFolder, machinesFolder } from "./machine/machine-folder.ts";
import { copyMemory } from "./machine/own-memory.ts";
import type { SshKey } from "./machine/ssh-key.ts";
import type { NetworkPlace } from "./network/network-plan.ts";
import { joinNetwork, NetworkedShell } from "./network/networked-shell.ts";
import type { Template } from "./template/template-store.ts";

/** `answered`: the guest has answered for the first time. */
export type ForkStep = "loaded" | "answered" | "identified";

export interface ForkOrder {
  readonly host: HostSetup;
  readonly image: BootableImage;
  readonly template: Template;
  readonly runId: string;
  readonly hostname: string;
  /** True for one whose memory is changed from outside: it gets a copy of the template's, which takes room and time. */
  readonly hasOwnMemory?: boolean;
  /** A folder over virtiofs, whose daemon writes to the machine's memory: that is a copy of the template's too. */
  readonly virtiofs?: Share | undefined;
  /** Its place in the private network; the template has the interface when this is given. */
  readonly network: NetworkPlace | undefined;
  readonly sshKey: SshKey;
  readonly logFolder: string;
  readonly lifetime: "with-owner" | "on-its-own";
  readonly signal: AbortSignal;
  /** Called when a part is done, with the milliseconds since the fork began. */
  readonly onStep?: (step: ForkStep, elapsedMs: number) => void;
}

/** A machine and the shell on it. The caller disposes of both. */
export interface ConnectedMachine {
  /** `uname -r` of the guest; undefined where it was not told. */
  readonly kernelRelease: string | undefined;
  readonly machine: Machine;
  readonly shell: Shell;
}

/** A fork takes seconds; one that takes minutes has a damaged template or a host that stands. */
const CONNECT_TIMEOUT_MS = 120_000;

/** Makes a running copy of the template and a login on it. Throws PlatformError, HostExhausted or NodeUnreachable. */
export async function forkTemplate(order: ForkOrder): Promise<ConnectedMachine> {
  const { template, host, image, network, signal, virtiofs } = order;
  const hasOwnMemory = order.hasOwnMemory === true || virtiofs !== undefined;
  const { username, ...shape } = template.inputs;
  const startedAt = performance.now();
  const told = new Set<ForkStep>();
  const step = (name: ForkStep) => {
    if (!told.has(name)) order.onStep?.(name, performance.now() - startedAt);
    told.add(name);
  };
  await needRoom(machinesFolder(), MACHINE_DISK_BYTES, `the machine '${order.hostname}'`);
  await using opened = new AsyncDisposableStack();
  const folder = await MachineFolder.create(order.runId, order.hostname);
  opened.defer(() => folder.remove());
  const memory = hasOwnMemory ? folder.join("memory") : template.path("memory");
  if (hasOwnMemory) {
    const files = template.inputs.hardware?.numa?.length ?? 1;
    await copyMemory(template.path("memory"), { path: memory, files, signal });
  }
  const machine = opened.use(
    await Machine.start({
      ...{ host, folder, signal, lifetime: order.lifetime, logFolder: order.logFolder },
      shape,
      emptyOverlay: template.path("emptyOverlay"),
      backing: [
        { path: template.path("disk"), format: "qcow2" },
        { path: image.path, format: image.format },
      ],
      firmwareVariables: firmwareFor(host, shape) === undefined ? undefined : template.path("variables"),
      bootFiles: bootFilesIn(template.folder, image.way),
      earlierSerialLog: template.path("serialLog"),
      // What QEMU alone has mapped, no daemon sees.
      memory: { path: memory, access: virtiofs === undefined ? "private" : "shared" },
      virtiofs,
      deviceState: template.path("deviceState"),
      privateMac: network?.macAddress,
    }),
  );
  step("loaded");
  const hostKey = new HostKeyPin(template.hostKey);
  if (network !== undefined) await machine.setPrivateLink("up", signal);
  await machine.qmp.execute("cont", {}, { signal });
  const connect = ({ timeoutMs, signal: limit }: Parameters<Shell["reconnect"]>[0], privateKey: string) =>
    connectSsh({
      address: "127.0.0.1",
      port: machine.sshPort,
      username,
      hostKey,
      privateKey,
      waitUntilReadyMs: timeoutMs,
      signal: limit,
    });
  const contact = opened.use(
    template.agents === undefined
      ? await overSsh(() => connect({ timeoutMs: CONNECT_TIMEOUT_MS, signal }, template.privateKey))
      : overAgents(machine, template.agents),
  );
  const { oldPublicKey, newPublicKey } = { oldPublicKey: template.publicKey, newPublicKey: order.sshKey.publicKey };
  const machineId = makeMachineId();
  const identity = { hostname: order.hostname, machineId, username, oldPublicKey, newPublicKey, network };
  const root: RootAccess = {
    ...contact.root,
    async run(script, options) {
      const done = await contact.root.run(script, options);
      if (done.exitCode !== undefined) step("answered");
      return done;
    },
  };
  await assumeIdentity(root, identity, signal);
  contact.endRoot();
  step("identified");
  const shell = new AgentShell({
    label: `ssh ${username}@127.0.0.1:${machine.sshPort}`,
    isRoot: username === "root",
    agent: contact.agent,
    login: contact.login,
    connect: (options) => connect(options, order.sshKey.privateKey),
  });
  opened.move();
  const { kernelRelease } = template;
  return {
    machine,
    kernelRelease,
    shell:
      network === undefined
        ? shell
        : new NetworkedShell(shell, machine, (joining, limit) => joinNetwork(joining, network, limit)),
  };
}

/** The first way into a fork. */
interface FirstContact extends AsyncDisposable {
  readonly root: RootAccess;
  /** Root's agent has done its work; nothing of it stays in the guest. */
  endRoot(): void;
  readonly agent: AgentShellParts["agent"];
  readonly login: Shell | undefined;
}

async function overSsh(connect: () => Promise<Shell>): Promise<FirstContact> {
  const login = await connect();
  return {
    root: { run: (script, options) => login.run(script, { ...options, sudo: true }) },
    endRoot: () => undefined,
    agent: undefined,
    login,
    [Symbol.asyncDispose]: () => login[Symbol.asyncDispose](),
  };
}

function overAgents(machine: Machine, facts: Agents<AgentFacts>): FirstContact {
  const channels = {
    user: new AgentChannel(machine.agents.user, facts.user.goneMarker),
    root: new AgentChannel(machine.agents.root, facts.root.goneMarker),
  };
  const all = Object.values(channels);
  // A guest that is reset takes its ends of the connections with it and cannot say so.
  const stopListening = machine.qmp.onEvent(({ event }) => {
    if (event !== "RESET" && event !== "SHUTDOWN") return;
    for (const channel of all) channel.loseMachine(event === "RESET" ? "the guest was reset" : "the guest powered off");
    stopListening();
  });
  return {
    root: {
      async run(script, options) {
        const how = { isRoot: true, endSession: async () => undefined };
        const done = await runOnAgent(channels.root, script, options, how);
        if (done === undefined) throw new PlatformError("A fork's agent is not ready.", { isTransient: true });
        return done;
      },
      ...(facts.root.hasHelper ? { means: HELPER_MEANS } : {}),
    },
    endRoot: () => channels.root.close(),
    agent: { channel: channels.user, sessionId: facts.user.sessionId },
    login: undefined,
    async [Symbol.asyncDispose]() {
      for (const channel of all) channel.lose("the fork was given up");
    },
  };
}
