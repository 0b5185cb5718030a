import { expect, test } from "vitest";
import { fixture } from "./fixtures/fixture.ts";
import { parsePasswd, parseShadow, passwordState } from "./users.ts";

test("users of a Debian image", () => {
  const users = parsePasswd(fixture("users/passwd.txt"));
  expect(users.find(({ name }) => name === "debian")).toEqual({
    name: "debian",
    uid: 1000,
    gid: 1001,
    comment: "Debian",
    home: "/home/debian",
    shell: "/bin/bash",
  });
  expect(users.find(({ name }) => name === "_chrony")?.comment).toBe("Chrony daemon,,,");
  expect(users.filter(({ uid }) => uid === 0).map(({ name }) => name)).toEqual(["root"]);
});

test("no user of a fresh image has a password", () => {
  const entries = parseShadow(fixture("users/shadow.txt"));
  expect(entries.map(({ name }) => name)).toEqual(parsePasswd(fixture("users/passwd.txt")).map(({ name }) => name));
  expect(entries.filter((entry) => passwordState(entry) !== "none")).toEqual([]);
});

test("password fields", () => {
  const state = (passwordField: string) => passwordState({ name: "x", passwordField });
  expect(["*", "!", "!!", "!*", "!$6$locked", "x"].map(state)).toEqual(Array(6).fill("none"));
  expect(state("$y$j9T$abc")).toBe("set");
  expect(state("")).toBe("empty");
});

test("comments, directories and broken lines", () => {
  expect(parsePasswd("# local users\n\n+::::::\n")).toEqual([]);
  expect(() => parsePasswd("root:x:zero:0::/:/bin/sh")).toThrow(/line of 'root'/);
  const broken = () => parseShadow("root\nother:$6$secret:1:0:::::");
  expect(broken).toThrow(/line of 'root'/);
  expect(broken).not.toThrow(/secret/);
});
