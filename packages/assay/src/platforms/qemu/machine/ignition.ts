/** Names under which Ignition looks for its configuration in QEMU's fw_cfg device: Flatcar's, and everybody else's. */
export const IGNITION_NAMES = ["opt/org.flatcar-linux/config", "opt/com.coreos/config"] as const;

/** Ignition's configuration (specification 3.3.0) for an account that takes `publicKey`; such images let it use sudo. */
export function ignitionConfig({
  username,
  publicKey,
}: {
  readonly username: string;
  readonly publicKey: string;
}): string {
  return JSON.stringify({
    ignition: { version: "3.3.0" },
    passwd: { users: [{ name: username, groups: ["sudo"], sshAuthorizedKeys: [publicKey] }] },
  });
}
