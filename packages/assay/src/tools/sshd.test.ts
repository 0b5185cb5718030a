import { expect, test } from "vitest";
import { fixture } from "./fixtures/fixture.ts";
import { parseSshdSettings } from "./sshd.ts";

test("effective settings, some with several values", () => {
  const settings = parseSshdSettings(fixture("sshd/effective.txt"));
  expect(settings.get("clientaliveinterval")).toEqual(["0"]);
  expect(settings.get("acceptenv")).toEqual(["LANG", "LC_*"]);
  expect(settings.get("subsystem")).toEqual(["sftp /usr/lib/openssh/sftp-server"]);
  expect(settings.get("listenaddress")).toHaveLength(2);
});
