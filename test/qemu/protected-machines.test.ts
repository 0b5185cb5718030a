import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { listProcessors } from "../../packages/assay/src/platforms/qemu/features/resize/list-processors.ts";
import { type HostSetup, setUpHost } from "../../packages/assay/src/platforms/qemu/host/host-setup.ts";
import { firmwareFor } from "../../packages/assay/src/platforms/qemu/host/security.ts";
import {
  Machine,
  type MachineShape,
  type MachineStart,
} from "../../packages/assay/src/platforms/qemu/machine/machine.ts";
import { MachineFolder } from "../../packages/assay/src/platforms/qemu/machine/machine-folder.ts";
import { parseQemuSettings } from "../../packages/assay/src/platforms/qemu/settings.ts";
import { freeze } from "../../packages/assay/src/platforms/qemu/template/freeze.ts";

const signal = AbortSignal.timeout(240_000);
const DISK = "disk.qcow2";
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-protected-"));
  vi.stubEnv("ASSAY_CACHE", join(folder, "cache"));
  await promisify(execFile)("qemu-img", ["create", "-q", "-f", "qcow2", join(folder, DISK), "1G"]);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const hostFor = (section: Readonly<Record<string, unknown>>): Promise<HostSetup> =>
  setUpHost(parseQemuSettings({ acceleration: "tcg", ...section }), signal);

/** A machine with an empty disk: its firmware runs and finds nothing to start. */
async function start(host: HostSetup, shape: Partial<MachineShape>, more: Partial<MachineStart> = {}) {
  const all: MachineShape = { cores: 1, memoryMb: 256, ...shape };
  return await Machine.start({
    ...{ host, signal, shape: all, lifetime: "with-owner", logFolder: await mkdtemp(join(folder, "logs-")) },
    folder: await MachineFolder.create("test", "protected"),
    emptyOverlay: join(folder, DISK),
    backing: [{ path: join(folder, DISK), format: "qcow2" }],
    firmwareVariables: firmwareFor(host, all)?.variables,
    bootFiles: { seed: undefined, ignition: undefined, kernel: undefined },
    memory: undefined,
    ...more,
  });
}

/** Seeds and counters of a TPM, as swtpm keeps them. */
const stateOf = ({ folder: { path } }: Machine) => readFile(join(path, "tpm", "tpm2-00.permall"));

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function swtpmsIn(path: string): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)("sh", [
    "-c",
    'for each in /proc/[0-9]*; do echo "$each $(readlink "$each/cwd")"; done',
  ]);
  return stdout.split("\n").flatMap((line) => {
    const [process = "", cwd] = line.split(" ");
    return cwd === path ? [Number(process.slice("/proc/".length))] : [];
  });
}

test("every machine has a TPM of its own, and a fork that of its template", async () => {
  const host = await hostFor({});
  const memory = { path: join(folder, "memory"), access: "shared" } as const;
  const deviceState = join(folder, "device-state");
  await using template = await start(host, { hasTpm: true }, { memory });
  expect(await template.qmp.execute("query-tpm", {}, { signal })).toMatchObject([{ id: "tpm0", model: "tpm-crb" }]);
  await using other = await start(host, { hasTpm: true });
  expect(await stateOf(other)).not.toEqual(await stateOf(template));
  const frozen = await stateOf(template);
  await freeze(template, deviceState, signal);
  await using fork = await start(host, { hasTpm: true }, { deviceState, memory: { ...memory, access: "private" } });
  expect(await stateOf(fork)).toEqual(frozen);
  const { status } = (await fork.qmp.execute("query-status", {}, { signal })) as { readonly status: string };
  expect(status).toBe("paused");
});

const VIRT = { hardware: { machineType: "virt" } };

test.each<[Readonly<Record<string, unknown>>, Partial<MachineShape>]>([
  [{}, { isSecureBoot: true, hasTpm: true }],
  [{}, { hardware: { machineType: "microvm" } }],
  [{ arch: "aarch64" }, VIRT],
  [{ arch: "aarch64" }, { ...VIRT, isSecureBoot: true, hasTpm: true }],
])("%j: a machine of %j is frozen and forked", async (section, shape) => {
  const host = await hostFor(section);
  const place = await mkdtemp(join(folder, "frozen-"));
  const memory = { path: join(place, "memory"), access: "shared" } as const;
  await using template = await start(host, shape, { memory });
  const firmwareVariables = template.firmwareVariables && join(place, "variables");
  if (firmwareVariables !== undefined) await copyFile(template.firmwareVariables ?? "", firmwareVariables);
  await freeze(template, join(place, "state"), signal);
  const fork = {
    deviceState: join(place, "state"),
    memory: { ...memory, access: "private" },
    firmwareVariables,
  } as const;
  await using machine = await start(host, shape, fork);
  await machine.qmp.execute("cont", {}, { signal });
  expect(await machine.qmp.execute("query-status", {}, { signal })).toMatchObject({ running: true });
});

test("processors of arm64 machines are told to be there for good", async () => {
  await using machine = await start(await hostFor({ arch: "aarch64" }), { ...VIRT, cores: 2 });
  const { areFixed, slots } = await listProcessors(machine.qmp, { signal });
  expect([areFixed, slots.length]).toEqual([true, 2]);
  await using other = await start(await hostFor({}), {});
  expect((await listProcessors(other.qmp, { signal })).areFixed).toBe(false);
});

test("a TPM ends with its QEMU, however that ends", async () => {
  await using machine = await start(await hostFor({}), { hasTpm: true });
  const [pid = 0, ...others] = await swtpmsIn(join(machine.folder.path, "tpm"));
  expect(others).toEqual([]);
  expect(isRunning(pid)).toBe(true);
  process.kill(machine.pid, "SIGKILL");
  await machine.ended;
  await vi.waitUntil(() => !isRunning(pid), { timeout: 30_000 });
});

test("firmware with Secure Boot starts and asks the TPM, in System Management Mode", async () => {
  await using machine = await start(await hostFor({}), { isSecureBoot: true, hasTpm: true });
  const enrolled = await readFile(machine.firmwareVariables ?? "");
  // The name under which the keys of distributions' boot loaders are enrolled, as UTF-16.
  expect(enrolled.includes(Buffer.from("Microsoft Corporation UEFI CA 2011", "latin1"))).toBe(true);
  const properties = { path: "/machine", property: "smm" };
  expect(await machine.qmp.execute("qom-get", properties, { signal })).toBe("on");
  expect(await machine.qmp.execute("query-status", {}, { signal })).toMatchObject({ running: true });
});

test.each([
  [{ arch: "aarch64" }, { ...VIRT, hasTpm: true }, "tpm-tis", "virt-"],
  [{ arch: "aarch64" }, { ...VIRT, isSecureBoot: true }, undefined, "virt-"],
  [{}, { hardware: { machineType: "microvm" } }, undefined, "microvm"],
  [{}, { hasTpm: true, hardware: { machineType: "pc" } }, "tpm-crb", "pc-i440fx-"],
])("%j: a machine of %j", async (section, shape, tpm, machineType) => {
  await using machine = await start(await hostFor(section), shape);
  const found = (await machine.qmp.execute("query-tpm", {}, { signal })) as readonly { readonly model: string }[];
  expect(found[0]?.model).toBe(tpm);
  const type = await machine.qmp.execute("qom-get", { path: "/machine", property: "type" }, { signal });
  expect(type).toMatch(new RegExp(`^${machineType}`));
});

test("arm64's firmware runs to the point where it finds nothing to start", async () => {
  await using machine = await start(await hostFor({ arch: "aarch64" }), { ...VIRT, memoryMb: 512 });
  // The serial port gives the greeting in pieces: a piece that ends in the midst of it is none yet.
  const text = await new Promise<string>((resolve, reject) => {
    let seen = "";
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    machine.serial.follow((more) => {
      seen += more;
      if (seen.includes("UEFI firmware")) resolve(seen);
    });
  });
  expect(text).toContain("UEFI firmware");
});
