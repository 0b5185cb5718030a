import { expect, test } from "vitest";
import { type CallIdentity, callText, likeness } from "./call-text.ts";

const shell = (method: string, request: CallIdentity["request"]): CallIdentity => ({
  node: "one",
  via: "shell",
  method,
  request,
});
const feature = (method: string, request: CallIdentity["request"]): CallIdentity => ({
  node: "one",
  via: "StartStop",
  method,
  request,
});

test.each<[CallIdentity, string]>([
  [shell("run", { command: ["ls", "-l"] }), "run ls -l"],
  [shell("run", { command: "ls | wc -l", sudo: true, cwd: "/etc" }), "run (sudo, in /etc) ls | wc -l"],
  [shell("spawn", { command: ["top"], tty: true, env: { A: "1" } }), "spawn (terminal, A=1) top"],
  [shell("run", { command: ["cat"], stdin: { $text: "x\n" } }), 'run cat << "x\\n"'],
  [shell("write", { path: "/a", mode: "600", content: { $bytes: "//8=" } }), "write (mode 600) /a << 2 bytes"],
  [shell("upload", { path: "/a", content: { sha256: "ab", sizeBytes: 9 } }), "upload /a << 9 bytes, SHA-256 ab"],
  [shell("reconnect", {}), "reconnect"],
  [feature("stop", [{}]), "StartStop.stop()"],
  [feature("stop", [{ timeoutMs: 5 }]), 'StartStop.stop({"timeoutMs":5})'],
  [feature("follow", [{ $function: true }]), "StartStop.follow(function)"],
  [feature(".state", []), "StartStop.state"],
])("%j is shown as %s", (call, text) => {
  expect(callText(call)).toBe(text);
});

test("texts are the more alike the more they share", () => {
  expect(likeness("lsblk -J", "lsblk -J")).toBe(1);
  expect(likeness("lsblk -J", "lsblk -l")).toBeGreaterThan(0.5);
  expect(likeness("lsblk -J", "uname")).toBe(0);
  expect(likeness("", "")).toBe(1);
});
