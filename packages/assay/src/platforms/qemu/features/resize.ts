import { UsageError } from "../../../errors/catalogue.ts";
import type { MachineSize, Resize, Resized, ResizeLimits, ResizeOptions } from "../../../features/resize.ts";
import type { Shell } from "../../../node/shell/types.ts";
import type { Accelerator } from "../host/acceleration.ts";
import { MEMORY_SLOTS, MOST_ADDED_MEMORY_MB } from "../machine/hot-plug.ts";
import type { Machine } from "../machine/machine.ts";
import type { HotParts } from "./resize/hot-parts.ts";
import { MemoryModules } from "./resize/memory-modules.ts";
import { ProcessorSlots } from "./resize/processor-slots.ts";

/** An emulated guest on a busy host boots for minutes. */
const DEFAULT_TIMEOUT_MS = { hot: 300_000, cold: 900_000 } as const;
/** The size of memory blocks of x86, of which each is put into use as a whole (memory-hotplug.rst of Linux). */
const MEMORY_STEP_MB = 128;

/**
 * QEMU's emulation remembers a processor that was taken out and writes to it at the next change of the memory's layout:
 * QEMU 7.2 ends with a broken heap then, and 10.0 a few changes later.
 */
const KEEPS_CORES = "QEMU's software emulation cannot take a processor out of a machine without breaking it";

const HAS_FIXED_CORES = "QEMU's board has its processors for good";

interface ResizedMachine extends Pick<Machine, "qmp" | "accelerator"> {
  readonly power: Pick<Machine["power"], "stop" | "start">;
}

/** Processors in the slots that the machine was made with, and memory in modules. */
export class QemuResize implements Resize {
  readonly featureName = "Resize";
  readonly #machine: ResizedMachine;
  readonly #shell: Shell;
  readonly #accelerator: Accelerator;
  readonly #processors: ProcessorSlots;
  readonly #memory: MemoryModules;

  constructor(machine: ResizedMachine, shell: Shell, parts: HotParts) {
    this.#machine = machine;
    this.#shell = shell;
    this.#accelerator = machine.accelerator;
    this.#processors = new ProcessorSlots(machine.qmp, shell, parts);
    this.#memory = new MemoryModules(machine.qmp, shell, parts);
  }

  async size(): Promise<MachineSize> {
    const [cores, { baseMb, modulesMb }] = await Promise.all([this.#processors.count(), this.#memory.read()]);
    return { cores, memoryMb: baseMb + sum(modulesMb) };
  }

  async limits(): Promise<ResizeLimits> {
    const [cores, mostCores, areFixed, memory] = await Promise.all([
      this.#processors.count(),
      this.#processors.most(),
      this.#processors.areFixed(),
      this.#memory.read(),
    ]);
    const { baseMb, modulesMb } = memory;
    const memoryMb = baseMb + sum(modulesMb);
    const ofEmulation = this.#accelerator === "tcg" ? KEEPS_CORES : undefined;
    const keepsCores = areFixed ? HAS_FIXED_CORES : ofEmulation;
    return {
      least: { cores: keepsCores === undefined ? 1 : cores, memoryMb: baseMb },
      most: {
        cores: mostCores,
        memoryMb: modulesMb.length < MEMORY_SLOTS ? baseMb + MOST_ADDED_MEMORY_MB : memoryMb,
      },
      memoryStepMb: MEMORY_STEP_MB,
      ...(keepsCores === undefined ? {} : { keepsCores }),
    };
  }

  async resize(
    to: Partial<MachineSize> | "IncreaseCpuCount" | "DecreaseCpuCount",
    { mode = "hot", timeoutMs = DEFAULT_TIMEOUT_MS[mode], signal }: ResizeOptions = {},
  ): Promise<Resized> {
    const options = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
    const before = await this.size();
    const step = to === "IncreaseCpuCount" ? 1 : -1;
    const wanted = { ...before, ...(typeof to === "string" ? { cores: before.cores + step } : to) };
    checkSize(wanted, before, await this.limits());
    const toRemove = await this.#memory.choose(before.memoryMb - wanted.memoryMb);
    // A guest that runs has to let go of what goes. What comes is plugged in then too, and a cold one finds it when it
    // starts: QEMU's emulation can take no processor in while it stands.
    await this.#memory.remove(toRemove, options);
    await this.#processors.remove(before.cores - wanted.cores, options);
    if (mode === "hot") await this.#processors.expectMore(options);
    await this.#processors.add(wanted.cores - before.cores, options);
    await this.#memory.add(wanted.memoryMb - before.memoryMb, options);
    if (mode === "cold") {
      await this.#machine.power.stop(options);
      await this.#machine.power.start(options);
      await this.#shell.reconnect(options);
    }
    await this.#processors.putIntoUse(wanted.cores, options);
    await this.#memory.putIntoUse(options);
    return { before, after: await this.size() };
  }
}

function checkSize(wanted: MachineSize, { memoryMb }: MachineSize, limits: ResizeLimits): void {
  const { least, most, memoryStepMb, keepsCores } = limits;
  if (keepsCores !== undefined && wanted.cores < least.cores) {
    throw new UsageError(`The machine cannot have ${wanted.cores} processors: ${keepsCores}.`, {
      help: "Ask for a machine with fewer processors, or run on a host with KVM.",
    });
  }
  const isWithin = (name: keyof MachineSize) =>
    Number.isInteger(wanted[name]) && wanted[name] >= least[name] && wanted[name] <= most[name];
  if (isWithin("cores") && isWithin("memoryMb") && (wanted.memoryMb - memoryMb) % memoryStepMb === 0) return;
  throw new UsageError(`The machine cannot have ${wanted.cores} processors and ${wanted.memoryMb} MiB of memory.`, {
    help:
      `It can have ${least.cores} to ${most.cores} processors and ${least.memoryMb} to ${most.memoryMb} MiB, ` +
      `in steps of ${memoryStepMb} MiB.`,
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
