import fc from "fast-check";
import { expect, test } from "vitest";
import { describeCommand, quote, sh, toShellText } from "./command.ts";

test("quotes what a shell would not take literally and leaves plain words readable", () => {
  expect(["plain", "/etc/a.b", "--option=value", "-n", "a:b@c,d%e+f"].map(quote)).toEqual([
    "plain",
    "/etc/a.b",
    "--option=value",
    "-n",
    "a:b@c,d%e+f",
  ]);
  expect(["", "a b", "it's", "$x", "a=b", "~", "*", "a\nb"].map(quote)).toEqual([
    "''",
    "'a b'",
    "'it'\\''s'",
    "'$x'",
    "'a=b'",
    "'~'",
    "'*'",
    "'a\nb'",
  ]);
});

test("refuses a NUL, which no argument can hold", () => {
  expect(() => quote("a\0b")).toThrow(TypeError);
  expect(() => toShellText(["a\0b"])).toThrow(TypeError);
});

test("the template quotes values, spreads lists and takes other shell text as it is", () => {
  const filter = sh`grep -c ${"it's"}`;
  const text = sh`cat ${["a b", "c", 7]} | ${filter} >${"/tmp/x y"} && printf '\n' ${3.5}`;
  expect(text).toEqual({
    kind: "shell-text",
    text: "cat 'a b' c 7 | grep -c 'it'\\''s' >'/tmp/x y' && printf '\\n' 3.5",
  });
  expect(sh`echo ${[]}`.text).toBe("echo ");
});

test("a program's name is always quoted, so that it is never an assignment or a keyword", () => {
  expect(toShellText(["if"])).toBe("'if'");
  expect(toShellText(["a=b", "c=d"])).toBe("'a=b' 'c=d'");
});

test("no quoted word can end its own quotes", () => {
  // Outside of quotes only a backslash with a quote may stand: the end of one piece and the start of the next.
  const word = /^'[^']*'(\\''[^']*')*$/;
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      fc.pre(!text.includes("\0"));
      const quoted = quote(text);
      expect(quoted === text || word.test(quoted)).toBe(true);
    }),
  );
});

test("describes a command as one would type it, without its secrets", () => {
  expect(describeCommand(["mount", "-o", "password=geheim 1", "//host/share"], ["geheim 1"])).toBe(
    "mount -o 'password=******' //host/share",
  );
  expect(describeCommand(sh`echo ${"x"} | cat`)).toBe("echo x | cat");
});
