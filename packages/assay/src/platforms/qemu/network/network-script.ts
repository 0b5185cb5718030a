import { sh } from "../../../node/shell/command.ts";
import type { ShellText } from "../../../node/shell/types.ts";
import { type NetworkPlace, PREFIX_LENGTH, TEMPLATE_MAC } from "./network-plan.ts";

/** First line of what is added to /etc/hosts. */
const HOSTS_MARK = "# The nodes of this environment, by assay";

/** `find_device MAC...`: sets `device` to the interface that has one of the addresses. Reads files only, no program. */
export const FIND_DEVICE: ShellText = {
  kind: "shell-text",
  text: `PATH=$PATH:/usr/sbin:/sbin
find_device() {
  device=
  for file in /sys/class/net/*/address; do
    { read -r found < "$file"; } 2>/dev/null || continue
    for wanted in "$@"; do
      if [ "$found" = "$wanted" ]; then device=\${file%/address} device=\${device##*/}; fi
    done
  done
  [ "$device" ] || { echo "No network interface has the address $1." >&2; return 1; }
}`,
};

/**
 * Keeps the guest's own network programs from the interface, each in the way it has for that: they would ask for an
 * address for ever, and in the end take away ours.
 */
export const LEAVE_ALONE: ShellText = {
  kind: "shell-text",
  text: `if [ -d /run/NetworkManager ] && command -v nmcli >/dev/null; then
  nmcli device set "$device" managed no >/dev/null || true
fi
if [ -d /run/systemd/netif ]; then
  mkdir -p /run/systemd/network
  printf '[Match]\\nName=%s\\n[Link]\\nUnmanaged=yes\\n' "$device" > "/run/systemd/network/00-assay-$device.network"
  networkctl reload 2>/dev/null || true
fi`,
};

/** Prepares a template's guest, whose link is down: nothing in it will touch the interface. */
export const prepareNetworkScript = (): ShellText => sh`${FIND_DEVICE}
find_device ${TEMPLATE_MAC} && { ${LEAVE_ALONE}
ip link set dev "$device" down; }`;

/**
 * Gives a fork its addresses and the names of the others. The device has the template's address, or already its own.
 * Needs root; \`$device\` is left alone by the guest's programs since the template.
 */
export function networkScript(place: NetworkPlace): ShellText {
  const { macAddress, address, hosts } = place;
  const lines = [HOSTS_MARK, ...hosts.map((host) => `${host.address} ${host.name}`)];
  return sh`${FIND_DEVICE}
find_device ${macAddress} ${TEMPLATE_MAC}
{ read -r found < /sys/class/net/"$device"/address; } 2>/dev/null
if [ "$found" != ${macAddress} ]; then ip link set dev "$device" down address ${macAddress}; fi
ip address replace ${`${address}/${PREFIX_LENGTH}`} dev "$device"
ip link set dev "$device" up
are_known=
while IFS= read -r line || [ "$line" ]; do
  if [ "$line" = ${HOSTS_MARK} ]; then are_known=yes; fi
done < /etc/hosts
if [ ! "$are_known" ]; then printf '%s\n' ${lines} >> /etc/hosts; fi`;
}

/** The same for a guest that has booted on its own, whose programs have seen the interface. */
export const networkFromBootScript = (place: NetworkPlace): ShellText => sh`set -e
${FIND_DEVICE}
find_device ${place.macAddress}
${LEAVE_ALONE}
${networkScript(place)}`;
