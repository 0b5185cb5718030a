import { sh, UnexpectedOutput } from "assay";
import type { CaseContext } from "assay/suite";
import { gather } from "../gather.ts";
import { type BlockDevice, osDiskOf, parseSwapLines, swapsOn } from "./swap-on-os-disk.ts";

// A swap file lies on the device of its file system.
const SWAPS_SCRIPT = sh`
tail -n +2 /proc/swaps | while read -r name type _; do
  case "$type" in
    file) device=$(df -P "$name" | tail -n 1 | cut -d ' ' -f 1) ;;
    *) device=$name ;;
  esac
  printf '%s\t%s\n' "$name" "$(readlink -f "$device")"
done`;

/** Body of verify_no_swap_on_osdisk. */
export async function verifyNoSwapOnOsDisk({ node, expect, log }: CaseContext): Promise<void> {
  const found = await gather(node, {
    swaps: SWAPS_SCRIPT,
    devices: sh`lsblk --json --paths --output NAME,KNAME,MOUNTPOINT`,
  });
  expect(
    found.swaps.exitCode === 0 && found.devices.exitCode === 0,
    `The swap areas of '${node.name}' cannot be listed: ${found.swaps.text}${found.devices.text}`,
  );
  const swaps = parseSwapLines(found.swaps.text);
  log.info(swaps.length === 0 ? "No swap is on." : `Swap is on: ${swaps.map(({ name }) => name).join(", ")}`);
  const osDisk = osDiskOf(parseBlockDevices(found.devices.text));
  if (osDisk === undefined) {
    throw new UnexpectedOutput(`lsblk on '${node.name}' shows no disk that carries '/': ${found.devices.text}`);
  }
  const wrong = swapsOn(osDisk, swaps).map(({ name }) => name);
  expect(
    wrong.length === 0,
    `Swap partition/file '${wrong.join("', '")}' is found on OS disk '${osDisk.name}' of '${node.name}'.`,
  );
}

function parseBlockDevices(json: string): readonly BlockDevice[] {
  const parsed = JSON.parse(json) as { readonly blockdevices: readonly BlockDevice[] };
  return parsed.blockdevices;
}
