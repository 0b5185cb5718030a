import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { makeSshKey } from "./ssh-key.ts";

test("ssh2 reads every key, and both halves belong together", () => {
  for (let round = 0; round < 500; round++) {
    const { privateKey, publicKey } = makeSshKey("assay test");
    const secret = ssh2.utils.parseKey(privateKey);
    const open = ssh2.utils.parseKey(publicKey);
    if (secret instanceof Error) throw secret;
    if (open instanceof Error) throw open;
    const data = Buffer.from("data");
    expect(open.verify(data, secret.sign(data))).toBe(true);
  }
});

test("OpenSSH reads the private key and finds the same public one", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-key-"));
  try {
    const { privateKey, publicKey } = makeSshKey("assay-test");
    const file = join(folder, "key");
    writeFileSync(file, privateKey, { mode: 0o600 });
    expect(execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" }).trim()).toBe(publicKey);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
