import type { Algorithms, CipherAlgorithm } from "ssh2";

const aesCiphers = [
  "aes128-gcm@openssh.com",
  "aes256-gcm@openssh.com",
  "aes128-ctr",
  "aes192-ctr",
  "aes256-ctr",
] satisfies CipherAlgorithm[];

/**
 * Cheapest first for guests whose processor is emulated: there the handshake is most of the time to the first command.
 * The later entries are for guests in FIPS mode or with old servers.
 */
export const algorithms = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group-exchange-sha256",
  ],
  serverHostKey: [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
  ],
  cipher: ["chacha20-poly1305@openssh.com", ...aesCiphers],
  hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
  compress: ["none"],
} satisfies Algorithms;

/**
 * For connections inside another one. ssh2 (1.17) keeps the nonce of chacha20 in one place for all connections, where
 * the outer connection overwrites it while the inner one still encrypts its packet.
 */
export const innerAlgorithms: Algorithms = { ...algorithms, cipher: aesCiphers };
