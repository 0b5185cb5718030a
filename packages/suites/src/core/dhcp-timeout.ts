/** What a client waits for a lease when its configuration does not say: five minutes. */
export const DEFAULT_TIMEOUT_S = 300;

/** The time-out of a dhclient or dhcpcd configuration in seconds; a commented or absent line is the default. */
export function dhcpTimeoutSeconds(config: string): number {
  const value = /^\s*timeout\s+(\d+)\s*;?\s*$/m.exec(config)?.[1];
  return value === undefined ? DEFAULT_TIMEOUT_S : Number(value);
}

/** The time-out in `NetworkManager --print-config` in seconds. */
export function networkManagerTimeoutSeconds(config: string): number {
  const value = /^\s*ipv4\.dhcp-timeout\s*=\s*(\d+)\s*$/m.exec(config)?.[1];
  return value === undefined ? DEFAULT_TIMEOUT_S : Number(value);
}
