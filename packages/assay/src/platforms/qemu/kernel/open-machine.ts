import type { DeployContext } from "../../platform.ts";
import type { BootableImage } from "../boot-way.ts";
import { forkTemplate } from "../fork.ts";
import type { HostSetup } from "../host/host-setup.ts";
import type { SshKey } from "../machine/ssh-key.ts";
import type { Template } from "../template/template-store.ts";
import type { KernelMachine } from "./prepare-kernel.ts";
import { saveDisk } from "./save-disk.ts";

interface ForkOrder extends Pick<DeployContext, "signal" | "logFolder" | "progress"> {
  readonly host: HostSetup;
  readonly image: BootableImage;
  readonly template: Template;
  readonly runId: string;
  readonly sshKey: SshKey;
}

/** A fork of the image's template, on which a kernel is put. Throws as forks do. */
export async function openKernelMachine(order: ForkOrder): Promise<KernelMachine> {
  const { template } = order;
  const { machine, shell } = await forkTemplate({
    ...order,
    hostname: "assay-kernel",
    network: undefined,
    lifetime: "with-owner",
  });
  return {
    shell,
    username: template.inputs.username,
    saveDisk: (path) => saveDisk(order, { machine, template, path }),
    async [Symbol.asyncDispose]() {
      await shell[Symbol.asyncDispose]();
      await machine[Symbol.asyncDispose]();
    },
  };
}
