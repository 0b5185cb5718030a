import { copyFile, rename } from "node:fs/promises";
import { BootFailed, PlatformError } from "../../../errors/catalogue.ts";
import { sh } from "../../../node/shell/command.ts";
import { HostKeyPin } from "../../../node/shell/ssh/host-key-pin.ts";
import type { Shell } from "../../../node/shell/types.ts";
import type { PlatformProgress } from "../../platform.ts";
import { runOnAgent } from "../agent/run-on-agent.ts";
import { type AgentFacts, startAgents } from "../agent/start-agents.ts";
import type { BootableImage } from "../boot-way.ts";
import type { HostSetup } from "../host/host-setup.ts";
import { needRoom } from "../host/room.ts";
import { firmwareFor } from "../host/security.ts";
import { bootToLogin } from "../machine/boot.ts";
import { writeBootFiles } from "../machine/boot-files.ts";
import { authorizeKey, firstLogin } from "../machine/first-login.ts";
import { Machine, type MachineShape } from "../machine/machine.ts";
import { MachineFolder } from "../machine/machine-folder.ts";
import { createEmptyOverlay } from "../machine/overlay.ts";
import { consoleTail } from "../machine/serial-port.ts";
import { makeSshKey } from "../machine/ssh-key.ts";
import { TEMPLATE_MAC } from "../network/network-plan.ts";
import { prepareNetworkScript } from "../network/network-script.ts";
import { freeze } from "./freeze.ts";
import { needForkable, needFreezable } from "./not-forkable.ts";
import { type TemplateInputs, templateKey } from "./template-key.ts";
import { placeTemplate, type Template, TemplateFile, templatesFolder } from "./template-store.ts";

export interface TemplateOrder {
  readonly host: HostSetup;
  readonly image: BootableImage;
  readonly shape: MachineShape;
  readonly username: string;
  readonly inputs: TemplateInputs;
  readonly runId: string;
  readonly logFolder: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: PlatformProgress) => void;
}

/** A first boot writes less than this to its disk. */
const BOOT_DISK_BYTES = 500_000_000;

/** Name of the guest until a fork gets its own. */
const TEMPLATE_HOSTNAME = "assay-template";

/**
 * Boots the image once and freezes it where a login works, cloud-init is done and the system has settled. Throws
 * BootFailed, HostExhausted, MissingDependency, NotForkable or PlatformError; nothing is left behind then.
 */
export async function buildTemplate(order: TemplateOrder): Promise<Template> {
  const { host, image, signal, progress } = order;
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  const key = templateKey(order.inputs);
  const hasPrivateNic = order.shape.hasPrivateNic === true;
  needForkable(order.shape.hardware ?? {});
  await needRoom(
    templatesFolder(),
    order.shape.memoryMb * 1_048_576 + BOOT_DISK_BYTES,
    `the template of '${image.name}'`,
  );
  await using opened = new AsyncDisposableStack();
  const folder = await MachineFolder.create(order.runId, `template-${image.name}`);
  opened.defer(() => folder.remove());

  progress({ environment: undefined, step: "boot template", detail: `'${image.name}' from power-on, once` });
  const sshKey = makeSshKey("assay-template");
  const firstOverlay = folder.join("first-overlay.qcow2");
  const base = { path: image.path, format: image.format };
  const [bootFiles] = await Promise.all([
    writeBootFiles(
      folder.path,
      image.way,
      {
        instanceId: `assay-${key}`,
        hostname: TEMPLATE_HOSTNAME,
        username: order.username,
        publicKey: sshKey.publicKey,
      },
      signal,
    ),
    createEmptyOverlay(host.qemuImg, firstOverlay, { ...base, sizeBytes: image.virtualSizeBytes }, signal),
    // The backing path is where the template will stand.
    createEmptyOverlay(
      host.qemuImg,
      folder.join(TemplateFile.emptyOverlay),
      { path: `${templatesFolder()}/${key}/${TemplateFile.disk}`, format: "qcow2", sizeBytes: image.virtualSizeBytes },
      signal,
    ),
  ]);
  const machine = opened.use(
    await Machine.start({
      ...{ host, shape: order.shape, folder, signal, bootFiles },
      emptyOverlay: firstOverlay,
      backing: [base],
      firmwareVariables: firmwareFor(host, order.shape)?.variables,
      logFolder: order.logFolder,
      memory: { path: folder.join(TemplateFile.memory), access: "shared" },
      lifetime: "with-owner",
      privateMac: hasPrivateNic ? TEMPLATE_MAC : undefined,
    }),
  );
  await needFreezable(machine.qmp, signal);
  // Without a cable no program of the guest waits for an address on it.
  if (hasPrivateNic) await machine.setPrivateLink("down", signal);
  const hostKey = new HostKeyPin();
  const { way } = image;
  const account = { username: order.username, way, login: firstLogin(way, sshKey), hostKey };
  const shell = await bootToLogin(machine, { ...account, image: image.name, timeoutMs: host.bootTimeoutMs, signal });
  const bootMs = elapsed();
  let agents: StartedAgents;
  let kernelRelease: string;
  try {
    await authorizeKey(shell, way, sshKey, signal);
    kernelRelease = await settle(shell, machine, order);
    if (hasPrivateNic) await prepareNetwork(shell, order);
    agents = order.inputs.firstContact === "agent" ? await startAgents(shell, machine.agents, signal) : undefined;
  } finally {
    await shell[Symbol.asyncDispose]();
  }
  if (agents !== undefined && !(await waitForLogout(agents, order))) agents = undefined;
  await freeze(machine, folder.join(TemplateFile.deviceState), signal);
  await rename(machine.overlay, folder.join(TemplateFile.disk));
  await copyFile(`${order.logFolder}/serial.log`, folder.join(TemplateFile.serialLog));
  progress({
    environment: undefined,
    step: "boot template",
    detail: `frozen; booted in ${Math.round(bootMs / 1000)} s`,
    elapsedMs: elapsed(),
  });
  return await placeTemplate(folder.path, key, {
    inputs: order.inputs,
    imageName: image.name,
    privateKey: sshKey.privateKey,
    publicKey: sshKey.publicKey,
    hostKey: hostKey.fingerprint ?? "",
    kernelRelease,
    agents: agents === undefined ? undefined : { user: factsOf(agents.user), root: factsOf(agents.root) },
    bootMs,
    buildMs: elapsed(),
    createdAt: new Date().toISOString(),
  });
}

/** Everything a first boot does in the background would run again in every fork; it ends here, once. Returns `uname -r`. */
async function settle(shell: Shell, machine: Machine, order: TemplateOrder): Promise<string> {
  const timeoutMs = order.host.bootTimeoutMs;
  const done = await shell.run(
    sh`if command -v cloud-init >/dev/null; then cloud-init status --wait >/dev/null; echo "cloud-init $?"; fi
if command -v systemctl >/dev/null; then systemctl is-system-running --wait; fi
echo "kernel $(uname -r)"
sync`,
    { timeoutMs, signal: order.signal },
  );
  order.signal.throwIfAborted();
  const tail = consoleTail(await machine.serial.log());
  if (done.outcome.kind !== "exited") {
    throw new BootFailed(
      `The image '${order.image.name}' took a login, but did not settle within ${Math.round(timeoutMs / 1000)} s (${done.outcome.kind}).`,
      tail,
      { help: "Raise 'boot_timeout' under 'platform.qemu', or look at what systemd is still waiting for." },
    );
  }
  // 2 is 'done, with recoverable errors' (cloud-init 23.4 and newer); what it means for the image, cases find out.
  const status = /^cloud-init (\d+)$/m.exec(done.stdout)?.[1];
  if (status !== undefined && status !== "0" && status !== "2") {
    throw new PlatformError(`cloud-init failed on '${order.image.name}' with exit code ${status}.`, {
      help: "Log in with 'keep_environment: always' and look at 'cloud-init status --long'.",
    });
  }
  return /^kernel (\S+)$/m.exec(done.stdout)?.[1] ?? "";
}

async function prepareNetwork(shell: Shell, { image, signal }: TemplateOrder): Promise<void> {
  const done = await shell.run(prepareNetworkScript(), { sudo: true, timeoutMs: WARM_UP_LIMIT_MS, signal });
  signal.throwIfAborted();
  if (done.exitCode === 0) return;
  throw new PlatformError(
    `The image '${image.name}' cannot have a private network: ${done.stderr.trim() || done.outcome.kind}`,
    { help: "It needs the driver virtio_net and the program 'ip' (iproute2 or busybox)." },
  );
}

type StartedAgents = Awaited<ReturnType<typeof startAgents>>;

const factsOf = ({ sessionId, goneMarker, hasHelper }: AgentFacts): AgentFacts => ({
  sessionId,
  goneMarker,
  hasHelper,
});

/**
 * Waits until nothing of the login is left but the agents, so that no fork has to clear it up, and reads from disk what
 * every fork runs first. False when the logout took an agent with it (KillUserProcesses of logind.conf).
 */
async function waitForLogout(agents: NonNullable<StartedAgents>, order: TemplateOrder): Promise<boolean> {
  const script = sh`tries=0
while [ "$tries" -lt 100 ]; do
  found=
  for file in /proc/[0-9]*/cmdline; do
    { read -r line < "$file"; } 2>/dev/null
    case $line in "sshd: "${order.username}*|"sshd-session: "${order.username}*) found=1 ;; esac
  done
  [ "$found" ] || break
  tries=$((tries + 1))
  sleep 0.2
done
date +%s > /dev/null; perl -e 1 2>/dev/null; mv --version > /dev/null; ln --version > /dev/null
PATH=$PATH:/usr/sbin:/sbin ip address > /dev/null 2>&1; true
sync`;
  const ways = {
    root: { isRoot: true, command: script },
    user: { isRoot: false, command: sh`date +%s >/dev/null` },
  } as const;
  for (const name of ["root", "user"] as const) {
    const { isRoot, command } = ways[name];
    const options = { signal: order.signal, timeoutMs: WARM_UP_LIMIT_MS };
    const done = await runOnAgent(agents[name].channel, command, options, {
      isRoot,
      endSession: async () => undefined,
    });
    order.signal.throwIfAborted();
    if (done?.exitCode !== 0) return false;
  }
  return true;
}

const WARM_UP_LIMIT_MS = 120_000;
