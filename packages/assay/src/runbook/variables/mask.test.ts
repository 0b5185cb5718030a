import { expect, test } from "vitest";
import { maskSecret } from "./mask.ts";

test.each([
  ["anything", undefined, "******"],
  ["12345678-aaaa-bbbb-cccc-1234567890ab", "guid", "12345678-****-****-****-********90ab"],
  ["no guid", "guid", "******"],
  ["abcdefgh", "headtail", "a****h"],
  ["ab", "headtail", "******"],
  ["https://h/v/x.vhd?sig=1", "url", "https://h/v/x.vhd?***"],
  ["ftp://h/x", "url", "******"],
] as const)("'%s' with mask %s", (secret, mask, shown) => {
  expect(maskSecret(secret, mask)).toBe(shown);
});
