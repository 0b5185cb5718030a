/** An ed25519 key pair: OpenSSH's private key format, and the line for authorized_keys. */
export interface SshKey {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** Makes a fresh key; `comment` ends the public line and is all that tells keys apart for a person. */
export async function makeSshKey(comment: string): Promise<SshKey> {
  const { default: ssh2 } = await import("ssh2");
  const pair = ssh2.utils.generateKeyPairSync("ed25519", { comment });
  return { privateKey: pair.private, publicKey: pair.public.trim() };
}
