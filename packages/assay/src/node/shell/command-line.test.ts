import { expect, test } from "vitest";
import { sh } from "./command.ts";
import { renderCommand } from "./command-line.ts";

const asUser = false;
const asRoot = true;

test("a program takes the place of its shell, a builtin and a text cannot", () => {
  expect(renderCommand(["ls", "-l", "a b"], {}, asRoot)).toBe("exec 'ls' -l 'a b'");
  expect(renderCommand(["command", "-v", "sh"], {}, asRoot)).toBe("'command' -v sh");
  expect(renderCommand(sh`ls | wc`, {}, asRoot)).toBe("ls | wc");
});

test("folder and environment come first", () => {
  const options = { cwd: "/a b", env: { ONE: "1 '2'", TWO: "" } };
  expect(renderCommand(["ls"], options, asUser)).toBe(
    "cd '/a b' || exit\nexport ONE='1 '\\''2'\\'''\nexport TWO=''\nexec 'ls'",
  );
});

test("root needs no sudo, others take folder and environment along through it", () => {
  expect(renderCommand(["ls"], { sudo: true }, asRoot)).toBe("exec 'ls'");
  expect(renderCommand(["ls", "/root"], { sudo: true }, asUser)).toBe("exec sudo -n env 'LC_ALL=C' ls /root");
  const options = { sudo: true, cwd: "/root", env: { A: "b c" } };
  expect(renderCommand(sh`ls *`, options, asUser)).toBe(
    "exec sudo -n env 'LC_ALL=C' 'A=b c' sh -c 'cd /root || exit\nls *'",
  );
});

test("refuses a name that is none of a variable, before it becomes shell text", () => {
  expect(() => renderCommand(["ls"], { env: { "A;reboot": "" } }, asRoot)).toThrow(TypeError);
});
