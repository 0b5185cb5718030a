import { readFile } from "node:fs/promises";
import type { VirtualizationExtension } from "../../../features/nested-virtualization.ts";
import { boardOf, type Hardware } from "../hardware.ts";
import type { Accelerator } from "./acceleration.ts";

/** What machines have for virtual machines of their own, by who runs their code. */
export type Nesting = Readonly<Record<Accelerator, VirtualizationExtension | undefined>>;

const KVM_MODULES = { svm: "kvm_amd", vmx: "kvm_intel" } as const;

/** What this host's KVM gives to guests (parameter `nested` of its modules, running-nested-guests.rst of Linux). */
export async function nestingOfKvm(): Promise<VirtualizationExtension | undefined> {
  for (const extension of ["svm", "vmx"] as const) {
    const path = `/sys/module/${KVM_MODULES[extension]}/parameters/nested`;
    const value = await readFile(path, "utf8").catch(() => "");
    if (/^[1Y]/.test(value)) return extension;
  }
  return undefined;
}

/** What a machine of `hardware` has. Models are not looked into but for the two that have all there is. */
export function nestedExtension(
  { cpu, machineType }: Hardware,
  accelerator: Accelerator,
  nesting: Nesting,
): VirtualizationExtension | undefined {
  const extension = nesting[accelerator];
  if (extension === undefined || boardOf(machineType) === "virt") return undefined;
  const [model, ...flags] = cpu?.split(",") ?? ["max"];
  if (flags.some((flag) => [`-${extension}`, `${extension}=off`].includes(flag))) return undefined;
  const isAsked = flags.some((flag) => [`+${extension}`, `${extension}=on`].includes(flag));
  return isAsked || model === "max" || model === "host" ? extension : undefined;
}

/** Why none of `accelerators` gives such a machine, as a sentence for the reason of a skip; undefined when one does. */
export function nestingRefusal(
  hardware: Hardware,
  accelerators: readonly Accelerator[],
  nesting: Nesting,
): string | undefined {
  if (accelerators.some((each) => nestedExtension(hardware, each, nesting) !== undefined)) return undefined;
  const needs = "it needs nested virtualization";
  if (boardOf(hardware.machineType) === "virt") return `${needs}, which machines of aarch64 do not have here.`;
  const extension = accelerators.map((each) => nesting[each]).find((each) => each !== undefined);
  if (extension !== undefined) return `${needs}, and the processor '${hardware.cpu}' has it with '+${extension}' only.`;
  return accelerators.includes("tcg")
    ? `${needs}, which this QEMU does not emulate.`
    : `${needs}, which this host's KVM does not give: load it with 'modprobe kvm_intel nested=1' (or kvm_amd).`;
}
