import { type Node, sh } from "assay";
import { type MachineSize, Resize, type ResizeOptions, StartStop } from "assay/features";
import { type CaseContext, suite } from "assay/suite";
import { Lscpu } from "assay/tools";

type Mode = NonNullable<ResizeOptions["mode"]>;

export default suite("VmResize", {
  area: "vm_resize",
  about: "Machines that get another number of processors and another amount of memory.",
  requires: { remote: true, features: [Resize] },
}, ({ test }) => {
  test(
    "verify_vm_hot_resize",
    { about: "A running guest uses the processors and the memory that it is given.", priority: 1 },
    (context) => grow(context, "hot"),
  );
  test(
    "verify_vm_hot_resize_decrease",
    {
      about: "A running guest gives back memory, and processors where the platform takes them, and uses what is left.",
      priority: 1,
    },
    (context) => shrink(context, "hot"),
  );
  test(
    "verify_vm_resize_increase",
    {
      about: "A guest that is shut down and started with more processors and memory uses them.",
      priority: 1,
      tags: ["reboot"],
      requires: { features: [StartStop] },
    },
    (context) => grow(context, "cold"),
  );
  test(
    "verify_vm_resize_decrease",
    {
      about:
        "A guest that is started anew with less memory, and fewer processors where the platform takes them, uses the rest.",
      priority: 1,
      tags: ["reboot"],
      requires: { features: [StartStop] },
    },
    (context) => shrink(context, "cold"),
  );
});

async function grow(context: CaseContext, mode: Mode): Promise<void> {
  const resize = context.node.feature(Resize);
  const { most, memoryStepMb } = await resize.limits();
  const size = await resize.size();
  if (most.cores <= size.cores) context.skip(`The machine has ${size.cores} processors and cannot get more.`);
  const memoryMb = Math.min(size.memoryMb + 2 * memoryStepMb, most.memoryMb);
  await resizeAndLook(context, { cores: size.cores + 1, memoryMb }, mode);
}

/** The machine grows first, because it may be at its least already. */
async function shrink(context: CaseContext, mode: Mode): Promise<void> {
  const { node, log } = context;
  const resize = node.feature(Resize);
  const size = await resize.size();
  await grow(context, "hot");
  const { keepsCores } = await resize.limits();
  if (keepsCores !== undefined) log.info(`Processors stay: ${keepsCores}`);
  await resizeAndLook(context, keepsCores === undefined ? size : { memoryMb: size.memoryMb }, mode);
}

/** Tables of the kernel take 64 bytes for each page of 4096, and some more for processors. */
const KERNEL_SHARE = 0.02;
const KERNEL_MB = 8;

async function resizeAndLook(context: CaseContext, to: Partial<MachineSize>, mode: Mode): Promise<void> {
  const { node, expect, log, markDirty, signal } = context;
  const seenMb = await memoryMb(node);
  markDirty();
  const { before, after } = await node.feature(Resize).resize(to, { mode, signal });
  node.refresh();
  log.info(`From ${before.cores} to ${after.cores} processors, from ${before.memoryMb} to ${after.memoryMb} MiB.`);
  const { cpuCount } = await node.tool(Lscpu).topology();
  expect(
    cpuCount === after.cores,
    `lscpu on '${node.name}' counts ${cpuCount} processors; the machine has ${after.cores}.`,
  );
  const online = (await node.tool(Lscpu).extended()).filter(({ isOnline }) => isOnline).length;
  expect(online === after.cores, `'${node.name}' uses ${online} of its ${after.cores} processors.`);
  const changedMb = (await memoryMb(node)) - seenMb;
  const wantedMb = after.memoryMb - before.memoryMb;
  expect(
    Math.abs(changedMb - wantedMb) <= Math.abs(wantedMb) * KERNEL_SHARE + KERNEL_MB,
    `The memory of '${node.name}' changed by ${wantedMb} MiB, of which the guest sees ${changedMb}.`,
  );
}

async function memoryMb(node: Node): Promise<number> {
  return Number(await node.text(sh`awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo`));
}
