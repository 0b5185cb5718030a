import { sh } from "../../node/shell/command.ts";
import type { ShellText } from "../../node/shell/types.ts";
import type { TapNetwork } from "./network-plan.ts";

/** How long a guest may take to ask for an address. */
const LEASE_S = 300;

/**
 * `as_root` runs a command as root; `undo_with` notes a command that undoes what comes next, and what was noted last is
 * undone first.
 */
const HELPERS = sh`as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
undo_with() { { printf '%s\n' "$rights$*"; cat undo 2>/dev/null || true; } >undo.new && mv undo.new undo; }
if [ "$(id -u)" = 0 ]; then rights=; else rights='sudo -n '; fi`;

/**
 * Makes the interface of a guest, on a bridge of its own or alone, with the node's address on it, a DHCP and DNS server
 * for it and the rules that let the guest ask them. What it does is undone by the folder's file `undo`. Needs root, ip,
 * iptables and dnsmasq.
 */
export function tapScript({ tap, bridge, hostCidr }: TapNetwork, folder: string): ShellText {
  const face = bridge ?? tap;
  const subnet = hostCidr.replace(/\.\d+(\/\d+)?$/, "");
  const onBridge = sh`undo_with ip link del ${face}
as_root ip link add ${face} type bridge
as_root ip link set ${tap} master ${face}
as_root sysctl -q -w net.bridge.bridge-nf-call-iptables=0 2>/dev/null || true`;
  return sh`set -e
cd ${folder}
${HELPERS}
undo_with ip link del ${tap}
as_root ip tuntap add dev ${tap} mode tap
${bridge === undefined ? sh`:` : onBridge}
as_root ip addr add ${hostCidr} dev ${face}
as_root ip link set ${tap} up
as_root ip link set ${face} up
as_root sysctl -q -w net.ipv4.ip_forward=1
for port in 67 53; do
  undo_with iptables -D INPUT -i ${face} -p udp --dport "$port" -j ACCEPT
  as_root iptables -I INPUT -i ${face} -p udp --dport "$port" -j ACCEPT
done
mkfifo lease
printf '#!/bin/sh\n[ "$1" = del ] || echo "$3" >%s/lease &\n' "$PWD" >lease-script
chmod 755 lease-script
undo_with sh -c "'kill \$(cat $PWD/dnsmasq.pid)'"
as_root dnsmasq --conf-file=/dev/null --interface=${face} --bind-interfaces --except-interface=lo --user=root \
  --dhcp-range=${`${subnet}.100,${subnet}.200`} --dhcp-leasefile="$PWD/leases" --dhcp-script="$PWD/lease-script" \
  --pid-file="$PWD/dnsmasq.pid"`;
}

/** Waits until the guest is given an address and prints it. */
export const leaseScript = (folder: string): ShellText => sh`cd ${folder} && timeout ${LEASE_S} head -n 1 lease`;

/** Lets a port of the node lead to the SSH server of a guest. */
export function forwardScript(
  folder: string,
  port: number,
  guest: { readonly address: string; readonly port: number },
): ShellText {
  const target = `${guest.address}:${guest.port}`;
  return sh`set -e
cd ${folder}
${HELPERS}
undo_with iptables -t nat -D PREROUTING -p tcp --dport ${port} -j DNAT --to-destination ${target}
as_root iptables -t nat -A PREROUTING -p tcp --dport ${port} -j DNAT --to-destination ${target}`;
}
