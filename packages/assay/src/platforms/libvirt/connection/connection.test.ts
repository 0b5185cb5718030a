import { expect, test } from "vitest";
import { UsageError } from "../../../errors/catalogue.ts";
import { readEvent, readMonitorEvent } from "./events.ts";
import { parseUri, uriOfHost } from "./uri.ts";

const here = { host: undefined };
test.each([
  ["qemu:///session", { ...here, mode: "session", text: "qemu:///session" }],
  ["qemu:///system", { ...here, mode: "system", text: "qemu:///system" }],
  ["qemu+unix:///system?socket=/run/x", { ...here, mode: "system", text: "qemu+unix:///system?socket=/run/x" }],
  [
    "qemu+ssh://me@far.example:2222/system?keyfile=/home/me/.ssh/id",
    {
      mode: "system",
      text: "qemu+ssh://me@far.example:2222/system?keyfile=/home/me/.ssh/id&no_tty=1",
      host: { address: "far.example", port: 2222, username: "me", privateKeyFile: "/home/me/.ssh/id" },
    },
  ],
  [
    "qemu+ssh://[2001:db8::1]/session?no_tty=0",
    {
      mode: "session",
      text: "qemu+ssh://[2001:db8::1]/session?no_tty=0",
      host: { address: "2001:db8::1", port: 22, username: undefined, privateKeyFile: undefined },
    },
  ],
])("'%s' is understood", (text, expected) => {
  expect(parseUri(text)).toEqual(expected);
});

test.each([
  "",
  "qemu:///",
  "xen:///system",
  "qemu://far.example/system",
  "qemu+tls://far.example/system",
  "ch:///system",
])("'%s' is refused with examples", (text) => {
  expect(() => parseUri(text)).toThrow(UsageError);
});

test("a host of LISA's becomes the URI that LISA would use", () => {
  const host = { address: "far.example", username: "me", privateKeyFile: "/keys/id" };
  expect(uriOfHost(host)).toBe("qemu+ssh://me@far.example/system?keyfile=/keys/id");
});

test.each([
  [
    "event 'lifecycle' for domain 'assay-1': Stopped Shutdown",
    { kind: "lifecycle", domain: "assay-1", detail: "Stopped Shutdown" },
  ],
  ["event 'reboot' for domain 'assay-1'", { kind: "reboot", domain: "assay-1", detail: "" }],
  ["events received: 3", undefined],
  ["", undefined],
])("the line %j of virsh is read", (line, expected) => {
  expect(readEvent(line)).toEqual(expected);
});

test.each([
  [
    "event RESET at 1795282807.379295 for domain 'assay-1': {\"guest\":true}",
    { event: "RESET", domain: "assay-1", data: { guest: true } },
  ],
  ["event STOP at 1795282807.1 for domain 'assay-1': <null>", { event: "STOP", domain: "assay-1", data: {} }],
  ["event STOP at 1795282807.1 for domain 'assay-1'", { event: "STOP", domain: "assay-1", data: {} }],
  ["event STOP at 1795282807.1 for domain 'assay-1': {", undefined],
  ["event 'reboot' for domain 'assay-1'", undefined],
  ["events received: 3", undefined],
])("the line %j of QEMU's events is read", (line, expected) => {
  expect(readMonitorEvent(line)).toEqual(expected);
});
