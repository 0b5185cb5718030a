import { expect, test } from "vitest";
import { withoutCredentials } from "./without-credentials.ts";

test.each([
  ["password=hunter2 user=me", "password=****** user=me"],
  ['{"api_key": "abcdef123", "n": 1}', '{"api_key": "******", "n": 1}'],
  ["AccountKey=Zm9vYmFy==;EndpointSuffix=x", "AccountKey=******;EndpointSuffix=x"],
  ["Authorization: Bearer abc.def", "Authorization: Bearer ******"],
  ["authorization=Basic dXNlcjpwdw==", "authorization=Basic ******"],
  ["got bearer 0123456789abcdef", "got bearer ******"],
  ["https://u:pw@host/x", "https://u:******@host/x"],
  ["https://a.blob/x.vhd?sv=1&sig=aB%2Fc&se=2", "https://a.blob/x.vhd?sv=1&sig=******&se=2"],
  ["jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln end", "jwt ****** end"],
  ["AKIAIOSFODNN7EXAMPLE", "******"],
  ["root:$y$j9T$abcdefgh$0123456789:19000:0", "root:******:19000:0"],
  [
    "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nb",
    "a\n-----BEGIN RSA PRIVATE KEY-----******\nb",
  ],
  ["-----BEGIN PRIVATE KEY-----\nMIIE and no end", "-----BEGIN PRIVATE KEY-----******"],
  ["bG9uZw==\naGVsbG8=\n-----END PRIVATE KEY-----\nb", "******\nb"],
  ["mysql --password hunter2 -h x", "mysql --password ****** -h x"],
  ["curl -u me:hunter2 https://x", "curl -u me:****** https://x"],
  ["ghp_0123456789abcdefghijklmnopqrstuvwxyz", "******"],
  ["systemctl --user status x", "systemctl --user status x"],
  ["sshd: Failed password for root from 10.0.0.1", "sshd: Failed password for root from 10.0.0.1"],
  ["pass: 3, fail: 1", "pass: 3, fail: 1"],
  ["EXT4-fs (vda1): mounted filesystem", "EXT4-fs (vda1): mounted filesystem"],
])("%j leaves the host as %j", (text, left) => {
  expect(withoutCredentials(text)).toBe(left);
});

test("long lines come through", () => {
  const text = `${"a".repeat(100_000)}${"-----BEGIN ".repeat(5000)}${"password".repeat(10_000)}=x`;
  expect(withoutCredentials(text)).toBe(text.replace(/x$/, "******"));
  const others = `${"-".repeat(200_000)}\n${"QUJD\n".repeat(50_000)}${" -u a".repeat(50_000)}`;
  expect(withoutCredentials(others)).toBe(others);
});
