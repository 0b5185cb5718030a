import { expect, test } from "vitest";
import { sh } from "../../command.ts";
import type { Command, RunOptions } from "../../types.ts";
import { frameFor, parseReport } from "./frame.ts";

const frame = (command: Command, options: RunOptions = {}) => frameFor(command, options, true)?.("ID");

test("a program, a text and a harmless builtin each have their frame", () => {
  expect(frame(["/bin/true", "a b"])).toBe("_assay_run ID '/bin/true' 'a b'\n");
  expect(frame(sh`cd / && ls`)).toBe("_assay_eval ID 'cd / && ls'\n");
  expect(frame([":"])).toBe("':' </dev/null 2>&4;_assay_end $? ID\n");
  expect(frame(["exit", "3"])).toBe("_assay_run ID 'exit' 3\n");
  expect(frame(["pwd"], { cwd: "/" })).toBe("_assay_eval ID 'cd / || exit\n'\\''pwd'\\'''\n");
});

test.each<[string, Command, RunOptions]>([
  ["reads input", ["cat"], { stdin: "x" }],
  ["leaves a process behind", sh`sleep 9 &`, {}],
  ["leaves a process behind in a program's own shell", ["sh", "-c", "sleep 9 & exit"], {}],
  ["redirects both streams as bash does, which sh takes for a process left behind", sh`ls &>x`, {}],
  ["outlives its shell", ["nohup", "sleep", "9"], {}],
  ["asks for the process id of its shell", sh`echo $$`, {}],
  ["is too long for bash's word about a death", ["echo", "x".repeat(40_000)], {}],
])("a command that %s has a channel of its own", (_reason, command, options) => {
  expect(frame(command, options)).toBeUndefined();
});

test.each([sh`a && b`, sh`a >&2`, sh`a 2>&1`, sh`a <&3`, ["echo", "$$"] as const])(
  "'%o' can share a channel",
  (command) => {
    expect(frame(command)).toBeDefined();
  },
);

test("reads status and what the shell said of the death", () => {
  expect(parseReport(" 0 ")).toEqual({ kind: "exited", exitCode: 0 });
  expect(parseReport(" 137 ")).toEqual({ kind: "exited", exitCode: 137 });
  expect(parseReport(" 137 s")).toEqual({ kind: "signalled", signal: "SIGKILL" });
  expect(parseReport(" 143 ?")).toEqual({ kind: "signalled", signal: "SIGTERM" });
  expect(parseReport(" 130 ")).toEqual({ kind: "signalled", signal: "SIGINT" });
  expect(parseReport(" 255 ?")).toEqual({ kind: "exited", exitCode: 255 });
  expect(parseReport(" x")).toBeUndefined();
});
