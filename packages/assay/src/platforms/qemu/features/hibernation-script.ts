import { sh } from "../../../node/shell/command.ts";
import type { ShellText } from "../../../node/shell/types.ts";

/** Where the guest's memory goes. */
const SWAP_FILE = sh`/assay-hibernation`;

/**
 * Makes the swap file and tells the kernel, this one and those that boot later, where it is. GRUB's own generator takes
 * more than a minute in an emulated guest, so its output is changed in place, and its defaults for the next time.
 */
export function prepareScript(): ShellText {
  return sh`PATH=$PATH:/usr/sbin:/sbin
set -e
refuse() { echo "$1" >&2; exit 1; }
grep -qw disk /sys/power/state || refuse "The kernel offers no suspend to disk (/sys/power/state: $(cat /sys/power/state); it may be built without CONFIG_HIBERNATION, or locked down)."
grep -q BOOT_IMAGE= /proc/cmdline || refuse "The kernel was not started by GRUB, so nothing can tell the next one where to resume from."
[ -e ${SWAP_FILE} ] || {
  need=$(( $(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024 + 64 ))
  have=$(df -Pm / | awk 'NR == 2 { print $4 }')
  [ "$have" -gt "$need" ] || refuse "The system disk has $have MiB free, and hibernating takes $need MiB."
  rm -f ${SWAP_FILE}.new
  # On file systems that cannot hold it without gaps, written out.
  fallocate -l "$need"M ${SWAP_FILE}.new 2>/dev/null || dd if=/dev/zero of=${SWAP_FILE}.new bs=1M count="$need" status=none
  chmod 600 ${SWAP_FILE}.new
  mkswap ${SWAP_FILE}.new >/dev/null
  mv ${SWAP_FILE}.new ${SWAP_FILE}
}
grep -q ^${SWAP_FILE} /proc/swaps || swapon ${SWAP_FILE}
offset=$(filefrag -v ${SWAP_FILE} | awk '$1 == "0:" { sub(/[.]+$/, "", $4); print $4 }')
uuid=$(findmnt -no UUID -T ${SWAP_FILE})
device=$(findmnt -no MAJ:MIN -T ${SWAP_FILE} | tr -d ' ')
[ -n "$offset" ] && [ -n "$uuid" ] || refuse "Where the swap file lies on its disk is not told (filefrag, findmnt)."
wanted="resume=UUID=$uuid resume_offset=$offset"
if command -v grubby >/dev/null; then grubby --update-kernel=ALL --args="$wanted"
else
  config=$(ls /boot/grub/grub.cfg /boot/grub2/grub.cfg 2>/dev/null | head -n 1)
  [ -n "$config" ] || refuse "There is no configuration of GRUB under /boot."
  grep -q "$wanted" "$config" || sed -i "/^[[:space:]]*linux[^ ]*[[:space:]]/s|\$| $wanted|" "$config"
  grep -q "$wanted" "$config" || refuse "The configuration of GRUB ('$config') starts no kernel that could be told where to resume from."
  mkdir -p /etc/default/grub.d
  echo "GRUB_CMDLINE_LINUX=\"\$GRUB_CMDLINE_LINUX $wanted\"" > /etc/default/grub.d/zz-assay-hibernation.cfg
fi
echo "$offset" > /sys/power/resume_offset
# The kernel looks for an image there at once, and there is none.
echo "$device" > /sys/power/resume 2>/dev/null || true
sync`;
}

/**
 * Goes to sleep after the answer is out. What caches hold need not be written: it makes the image half as large. Without
 * systemd the kernel is asked itself.
 */
export function sleepScript(kind: "disk" | "mem"): ShellText {
  const verb = kind === "disk" ? "hibernate" : "suspend";
  return sh`PATH=$PATH:/usr/sbin:/sbin
sync; ${kind === "disk" ? sh`echo 3 > /proc/sys/vm/drop_caches` : sh`:`}
( sleep 1
  systemctl ${verb} || echo ${kind} > /sys/power/state ) </dev/null >/dev/kmsg 2>&1 &`;
}
