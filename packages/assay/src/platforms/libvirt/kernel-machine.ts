import { fileDigest } from "../../image/digest.ts";
import type { KernelMachine } from "../qemu/kernel/prepare-kernel.ts";
import { removeMachine } from "./libvirt-environment.ts";
import type { ConnectedMachine, Prepared } from "./machine.ts";

/** A machine of libvirt on which a kernel is put. */
export function kernelMachine(
  connected: ConnectedMachine,
  { pool, username }: Pick<Prepared, "pool" | "username">,
  signal: AbortSignal,
): KernelMachine {
  const { domain, shell } = connected;
  return {
    ...{ shell, username },
    async saveDisk(path) {
      await domain.power.stop({ signal });
      await pool.saveWhole(`${domain.name}.qcow2`, path, signal);
      return await fileDigest(path, signal);
    },
    [Symbol.asyncDispose]: () => removeMachine(connected),
  };
}
