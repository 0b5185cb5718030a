import { expect, test } from "vitest";
import { fixture } from "./fixtures/fixture.ts";
import { parseJournal } from "./journalctl.ts";

test("entries of the kernel, of systemd about a unit, and of a service", () => {
  const entries = parseJournal(fixture("journalctl/boot.txt"));
  expect(entries[0]).toMatchObject({ identifier: "kernel", priority: 5, unit: undefined, pid: undefined });
  expect(entries[0]?.at.toISOString()).toBe("2026-11-21T05:28:11.745Z");
  expect(entries.find(({ pid, identifier }) => pid === 1 && identifier === "systemd")?.unit).toMatch(/\.service$/);
  expect(entries.find(({ identifier }) => identifier === "sshd")).toMatchObject({
    unit: "ssh.service",
    message: "Server listening on 0.0.0.0 port 22.",
  });
});

test("a message that is no text is decoded", () => {
  const odd = parseJournal(fixture("journalctl/boot.txt")).find(({ identifier }) => identifier === "odd");
  expect(odd).toMatchObject({ priority: 3, message: "binary \u0001\ufffd text" });
});

test("messages that were too long, came twice, or have no priority", () => {
  const entry = (message: unknown) => parseJournal(JSON.stringify({ __REALTIME_TIMESTAMP: "1000", MESSAGE: message }));
  expect(entry(null)).toMatchObject([{ message: "", priority: 6 }]);
  expect(entry(["one", "two"])).toMatchObject([{ message: "one\ntwo" }]);
  expect(parseJournal("\n")).toEqual([]);
  expect(() => parseJournal('{"MESSAGE":"x"}')).toThrow(/an entry has no time/);
});
