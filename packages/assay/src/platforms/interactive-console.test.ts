import { expect, test } from "vitest";
import { LoginRefused, TimedOut } from "../errors/catalogue.ts";
import { InteractiveConsole } from "./interactive-console.ts";

/** A line on whose other end a function answers each text that is typed. */
function lineTo(answer: (typed: string) => string) {
  let onText: (text: string) => void = () => undefined;
  return {
    print: (text: string) => onText(text),
    follow(listener: (text: string) => void) {
      onText = listener;
      return () => undefined;
    },
    // Never in the caller's own turn, as on a real line.
    write: async (text: string) => void setImmediate(() => onText(answer(text))),
  };
}

test("what is read is not read again, and what follows a pattern stays", async () => {
  const line = lineTo(() => "");
  const console = new InteractiveConsole(line);
  line.print("one two three\r\n");
  expect(await console.readUntil("two")).toBe("one two");
  expect(await console.readUntil(/\w+\n/g)).toBe(" three\n");
  expect(console.read()).toBe("");
  const later = console.readUntil(/late$/);
  line.print("too la");
  line.print("te");
  expect(await later).toBe("too late");
});

test("a pattern is found across pieces and without control sequences", async () => {
  const line = lineTo(() => "");
  const console = new InteractiveConsole(line);
  line.print("\u001b[1;3");
  line.print("2mlog\u001b[0min: ");
  expect(await console.readUntil(/login: $/)).toBe("login: ");
});

test("waits end: by their limit with what was printed last, by the signal, and before they begin", async () => {
  const line = lineTo(() => "");
  const console = new InteractiveConsole(line);
  line.print("still booting");
  await expect(console.readUntil("login:", { timeoutMs: 1 })).rejects.toThrow(TimedOut);
  await expect(console.readUntil(/never/, { timeoutMs: 1 })).rejects.toThrow(
    "The console did not print '/never/' within 0.001 s. It printed: 'still booting'",
  );
  const abort = new AbortController();
  const waiting = console.readUntil("login:", { signal: abort.signal });
  abort.abort(new Error("the case is over"));
  await expect(waiting).rejects.toThrow("the case is over");
  await expect(console.readUntil("still", { signal: abort.signal })).rejects.toThrow("the case is over");
  expect(console.read()).toBe("still booting");
});

/** A getty and a shell, as far as a login goes. */
function getty() {
  let state: "name" | "password" | "shell" = "name";
  return (typed: string): string => {
    const echo = typed.replace("\n", "\r\n");
    if (state === "name") {
      if (typed === "\n") return "\r\nhost login: ";
      state = "password";
      return `${echo}Password: `;
    }
    if (state === "password") {
      state = typed === "right\n" ? "shell" : "name";
      return state === "shell"
        ? "\r\nWelcome to host #1\r\n\u001b[?2004h$ "
        : "\r\n\r\nLogin incorrect\r\nhost login: ";
    }
    const [, word] = /^printf 'assay-%s\\n' (\w+)\n$/.exec(typed) ?? [];
    return word === undefined ? `${echo}$ ` : `${echo}assay-${word}\r\n$ `;
  };
}

test("a login ends at the prompt of the shell, and what was printed on the way is gone", async () => {
  const line = lineTo(getty());
  const console = new InteractiveConsole(line);
  await console.login({ username: "root", password: "right" });
  expect(console.read()).toBe("");
  await line.write("true\n");
  expect(await console.readUntil(/\$ $/)).toBe("true\n$ ");
});

test("a wrong password is told apart from a console where nobody listens", async () => {
  const refused = new InteractiveConsole(lineTo(getty()));
  await expect(refused.login({ username: "root", password: "wrong" })).rejects.toThrow(LoginRefused);
  const silent = new InteractiveConsole(lineTo(() => ""));
  await expect(silent.login({ username: "root", password: "right" }, { timeoutMs: 1 })).rejects.toThrow(TimedOut);
});
