import { randomBytes } from "node:crypto";
import { BootFailed, PlatformError } from "../../../errors/catalogue.ts";
import { sh } from "../../../node/shell/command.ts";
import type { PlatformProgress } from "../../platform.ts";
import type { MachineShape } from "../../qemu/machine/machine.ts";
import { consoleTail } from "../../qemu/machine/serial-port.ts";
import { makeSshKey } from "../../qemu/machine/ssh-key.ts";
import { TEMPLATE_MAC } from "../../qemu/network/network-plan.ts";
import { prepareNetworkScript } from "../../qemu/network/network-script.ts";
import { needForkable, needFreezable } from "../../qemu/template/not-forkable.ts";
import { type BootedMachine, bootMachine } from "../boot-machine.ts";
import { markText } from "../domain/mark.ts";
import type { Prepared } from "../machine.ts";
import { looseWire } from "../network/wire.ts";
import { placeOf, TEMPLATE_FORMAT, type Template, templateVolumes } from "./template.ts";

export interface TemplateOrder {
  readonly shape: MachineShape;
  readonly logFolder: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: PlatformProgress) => void;
}

/** Name of the guest until a fork gets its own. */
const TEMPLATE_HOSTNAME = "assay-template";
/** Memory goes to the host's disk. */
const SAVE_LIMIT_MS = 600_000;

/**
 * Boots the image once and saves the machine when it has settled. Throws NotForkable and as booting does; nothing is left
 * then.
 */
export async function buildTemplate(prepared: Prepared, order: TemplateOrder): Promise<Template> {
  const { image, pool, virsh } = prepared;
  const { logFolder, progress, shape, signal } = order;
  const { hasHugepages: _any, ...hardware } = shape.hardware ?? {};
  // Its memory is in a file of its own, whatever pages it is in while it runs.
  needForkable(hardware);
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  progress({ environment: undefined, step: "boot template", detail: `'${image.name}' from power-on, once` });
  const files = `template-${randomBytes(8).toString("hex")}`;
  const sshKey = makeSshKey("assay-template");
  await using opened = new AsyncDisposableStack();
  await using wire = shape.hasPrivateNic === true ? await looseWire() : undefined;
  const privateNic = wire === undefined ? undefined : { mac: TEMPLATE_MAC, port: wire.port };
  const name = `template-${image.name}`;
  const machine = await bootMachine(
    prepared,
    { name, hostname: TEMPLATE_HOSTNAME, shape, privateNic, place: undefined, logFolder, signal },
    { files, sshKey },
  );
  // Only its files outlive it.
  opened.defer(() => machine.domain[Symbol.asyncDispose]());
  const bootMs = elapsed();
  const volumes = templateVolumes({ files });
  const { spec } = machine;
  if (spec.network.kind !== "user") throw new TypeError("Machines on a network of libvirt are not copied.");
  let isSaved = false;
  opened.defer(async () => {
    if (!isSaved) await pool.removeAll(files);
  });
  try {
    await settle(machine, prepared, signal);
    if (privateNic !== undefined) await prepareNetwork(machine, image.name, signal);
  } finally {
    await machine.shell[Symbol.asyncDispose]();
  }
  await needFreezable(machine.domain.qmp, signal);
  const saved = await pool.pathBeside(volumes.disk, volumes.saved, signal);
  await virsh.run(["save", machine.domain.name, saved, "--running"], { signal, timeoutMs: SAVE_LIMIT_MS });
  await pool.refresh(signal);
  const template: Template = {
    format: TEMPLATE_FORMAT,
    place: placeOf(prepared),
    ...{
      files,
      disk: spec.disk,
      seed: spec.seed,
      cdrom: spec.cdrom,
      ignition: spec.ignition,
      kernel: spec.kernel,
      saved,
    },
    ...{ sshPort: spec.network.sshPort, markText: markText(spec.mark), privatePort: privateNic?.port },
    ...{ privateKey: sshKey.privateKey, publicKey: sshKey.publicKey },
    hostKey: machine.hostKey.fingerprint ?? "",
    kernelRelease: machine.kernelRelease,
    serialLog: await machine.domain.console.log(),
    bootMs,
  };
  isSaved = true;
  progress({
    environment: undefined,
    step: "boot template",
    detail: `saved; booted in ${Math.round(bootMs / 1000)} s`,
    elapsedMs: elapsed(),
  });
  return template;
}

/** Everything a first boot does in the background would run again in every fork; it ends here, once. */
async function settle({ domain, shell }: BootedMachine, prepared: Prepared, signal: AbortSignal): Promise<void> {
  const timeoutMs = prepared.bootTimeoutMs;
  const { name } = prepared.image;
  const done = await shell.run(
    sh`if command -v cloud-init >/dev/null; then cloud-init status --wait >/dev/null; echo "cloud-init $?"; fi
if command -v systemctl >/dev/null; then systemctl is-system-running --wait; fi
sync`,
    { timeoutMs, signal },
  );
  signal.throwIfAborted();
  if (done.outcome.kind !== "exited") {
    const tail = consoleTail(await domain.console.log());
    const limit = `${Math.round(timeoutMs / 1000)} s`;
    throw new BootFailed(`The image '${name}' took a login, but did not settle within ${limit}.`, tail, {
      help: "Raise 'boot_timeout' under 'platform.libvirt', or look at what systemd is still waiting for.",
    });
  }
  // 2 is 'done, with recoverable errors' (cloud-init 23.4 and newer).
  const status = /^cloud-init (\d+)$/m.exec(done.stdout)?.[1];
  if (status === undefined || status === "0" || status === "2") return;
  throw new PlatformError(`cloud-init failed on '${name}' with exit code ${status}.`, {
    help: "Look at what it printed on the serial console, in 'serial.log' of the template.",
  });
}

const PREPARE_LIMIT_MS = 120_000;

/** Nothing in the guest shall touch the private interface, whose address each fork sets. */
async function prepareNetwork({ shell }: BootedMachine, image: string, signal: AbortSignal): Promise<void> {
  const done = await shell.run(prepareNetworkScript(), { sudo: true, timeoutMs: PREPARE_LIMIT_MS, signal });
  signal.throwIfAborted();
  if (done.exitCode === 0) return;
  const why = done.stderr.trim() || done.outcome.kind;
  throw new PlatformError(`The image '${image}' cannot have a private network: ${why}`, {
    help: "It needs the driver virtio_net and the program 'ip' (iproute2 or busybox).",
  });
}
