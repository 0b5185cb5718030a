import { PlatformError } from "../../../errors/catalogue.ts";
import type { QmpClient, QmpExecuteOptions } from "../../qemu/machine/qmp-client.ts";

interface Block {
  readonly qdev?: string;
  readonly inserted?: { readonly "node-name": string };
}

/** The alias of the device that QEMU tells as `ua-disk` or as `/machine/peripheral/ua-disk/…`; undefined for others. */
export function aliasIn(device: string): string | undefined {
  return /^(?:\/machine\/peripheral\/)?(ua-[^/]+)/.exec(device)?.[1];
}

/** QEMU's name of the content of a disk, which libvirt hands out anew whenever the machine is switched on. */
export async function blockNodeOf(qmp: QmpClient, alias: string, options: QmpExecuteOptions = {}): Promise<string> {
  const blocks = (await qmp.execute("query-block", {}, options)) as readonly Block[];
  const node = blocks.find(({ qdev = "" }) => aliasIn(qdev) === alias)?.inserted?.["node-name"];
  if (node === undefined) throw new PlatformError(`QEMU knows no device '${alias}' with a disk.`);
  return node;
}
