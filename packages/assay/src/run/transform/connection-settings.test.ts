import { expect, test } from "vitest";
import type { Inputs } from "../../transformers/transformer.ts";
import { connectionSettings } from "./connection-settings.ts";

const nobody = { adminUsername: undefined, adminPassword: undefined, adminPrivateKeyFile: undefined };
const platform = { adminUsername: "boss", adminPassword: "word", adminPrivateKeyFile: "key" };

test.each<[string, Inputs, object]>([
  [
    "the public address first",
    { address: "a", port: 1, public_address: "b", public_port: 2 },
    { address: "b", port: 2 },
  ],
  [
    "the inner one when asked",
    { address: "a", public_address: "b", use_public_address: false },
    { address: "a", port: 22 },
  ],
  ["the other when one is empty", { address: "a", port: 3, public_address: "" }, { address: "a", port: 3 }],
  [
    "the platform's account",
    { address: "a", username: "" },
    { username: "boss", password: "word", privateKeyFile: "key" },
  ],
  ["the standard account", { address: "a", password: "own" }, { username: "lisatest", password: "own" }],
])("a connection takes %s", (_name, connection, wanted) => {
  expect(connectionSettings(connection, platform)).toMatchObject(wanted);
});

test("a connection without an address or a way in is told", () => {
  expect(() => connectionSettings({ password: "x" }, nobody)).toThrow(/has no address/);
  expect(() => connectionSettings({ address: "a" }, nobody)).toThrow(/neither a password nor a private key/);
});
