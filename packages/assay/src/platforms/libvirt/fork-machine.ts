import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { connectSsh } from "../../node/shell/ssh/connect-ssh.ts";
import { HostKeyPin } from "../../node/shell/ssh/host-key-pin.ts";
import { takeLock } from "../qemu/host/build-lock.ts";
import { assumeIdentity, makeMachineId } from "../qemu/identity.ts";
import { withFile } from "./connection/with-file.ts";
import { forwardOf } from "./domain/command-line.ts";
import { Domain, domainName } from "./domain/domain.ts";
import { type DomainSpec, domainXml } from "./domain/domain-xml.ts";
import { makeMark, markText } from "./domain/mark.ts";
import { choosePort } from "./host.ts";
import { type ConnectedMachine, firmwareOf, type MachineOrder, type Prepared } from "./machine.ts";
import { renameSaved } from "./template/saved-machine.ts";
import { type Template, templateVolumes } from "./template/template.ts";

/** A restored machine takes seconds; one that takes minutes has a damaged template or a host that stands. */
const CONNECT_TIMEOUT_MS = 120_000;
const RESTORE_LIMIT_MS = 300_000;

/** Makes a machine that goes on where the template was saved. Throws PlatformError, NodeUnreachable or what libvirt says. */
export async function forkMachine(
  prepared: Prepared,
  template: Template,
  order: MachineOrder,
  onStep: (step: string) => void,
): Promise<ConnectedMachine> {
  const { events, image, pool, runId, settings, sshKey, username, via, virsh } = prepared;
  const { signal } = order;
  const name = domainName();
  const serialLog = join(order.logFolder, "serial.log");
  await using opened = new AsyncDisposableStack();
  const domain = opened.use(
    await Domain.open({ virsh, events, pool, name, serialLog, earlierLog: template.serialLog }),
  );
  const sshPort = await choosePort(virsh.uri.host === undefined);
  const first: DomainSpec = {
    ...{ name, uuid: randomUUID(), mark: await makeMark({ runId, name: order.name, storage: pool.name }) },
    ...{ accelerator: prepared.accelerator, hardware: order.shape.hardware ?? {} },
    ...{ cores: order.shape.cores, memoryMb: order.shape.memoryMb },
    firmware: firmwareOf(settings, order.shape),
    hasTpm: order.shape.hasTpm === true,
    ...{ disk: template.disk, seed: template.seed, cdrom: template.cdrom },
    ...{ ignition: template.ignition, kernel: template.kernel },
    ...{ network: { kind: "user", sshPort }, privateNic: order.privateNic },
  };
  // Its mark is there before any of its files, so that none is ever without an owner.
  await domain.define(domainXml(first), signal);
  const backing = { path: template.disk, format: "qcow2" };
  const disk = await pool.createOverlay(`${name}.qcow2`, backing, image.virtualSizeBytes, signal);
  const spec: DomainSpec = { ...first, disk };
  await domain.define(domainXml(spec), signal);
  await restore(prepared, template, spec, domain, signal);
  onStep("restored");
  const hostKey = new HostKeyPin(template.hostKey);
  const target = { address: "127.0.0.1", port: sshPort, username, hostKey, via };
  // The key of the template is replaced by the run's in one step with everything else.
  const login = await connectSsh({
    ...target,
    privateKey: template.privateKey,
    waitUntilReadyMs: CONNECT_TIMEOUT_MS,
    signal,
  });
  try {
    const identity = {
      ...{ hostname: order.hostname, machineId: makeMachineId(), username, network: order.place },
      ...{ oldPublicKey: template.publicKey, newPublicKey: sshKey.publicKey },
    };
    await assumeIdentity({ run: (script, options) => login.run(script, { ...options, sudo: true }) }, identity, signal);
  } finally {
    await login[Symbol.asyncDispose]();
  }
  onStep("identified");
  if (order.place !== undefined) await domain.plugIn(order.place.macAddress, signal);
  const shell = await connectSsh({
    ...target,
    privateKey: sshKey.privateKey,
    waitUntilReadyMs: CONNECT_TIMEOUT_MS,
    signal,
  });
  opened.move();
  const { address } = target;
  const { kernelRelease } = template;
  return { domain, shell, address, port: sshPort, hostKey, network: spec.network, origin: "fork", kernelRelease };
}

/** One fork at a time: the saved file carries the identity of the machine that goes on next. */
async function restore(
  { pool, virsh }: Prepared,
  template: Template,
  spec: DomainSpec,
  domain: Domain,
  signal: AbortSignal,
): Promise<void> {
  const { name, network, privateNic, uuid } = spec;
  const { saved } = templateVolumes(template);
  await using _lock = await takeLock(`libvirt ${virsh.uri.text} ${template.files}`, { signal });
  await renameSaved(pool, saved, { name, uuid, mac: privateNic?.mac }, signal);
  const before = await virsh.run(["save-image-dumpxml", template.saved, "--security-info"], { signal });
  const xml = [
    [template.disk, spec.disk],
    [template.markText, markText(spec.mark)],
    ...(network.kind === "user" ? [[forwardOf(template.sshPort), forwardOf(network.sshPort)]] : []),
    ...(privateNic === undefined ? [] : [[`port='${template.privatePort}'`, `port='${privateNic.port}'`]]),
  ].reduce((text, [old = "", fresh = ""]) => text.replaceAll(old, fresh), before);
  await withFile("restored.xml", xml, (file) =>
    virsh.run(["restore", template.saved, "--xml", file, "--paused"], { signal, timeoutMs: RESTORE_LIMIT_MS }),
  );
  await domain.console.attach(signal);
  await virsh.run(["resume", name], { signal });
}
