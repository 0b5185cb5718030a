import { expect, test } from "vitest";
import { diagnosticsScript, parseSections } from "./diagnostics-script.ts";

const OUTPUT = `
m1 system
Linux node-0 6.1.0

m1 dmesg
[    0.000000] Linux version 6.1.0
 m1 dmesg is no marker in the middle
[    1.0] done

m1 journal

m1 end
`;

test("each part is a text of its own, and empty ones are left out", () => {
  const { texts, isWhole } = parseSections(OUTPUT, "m1");
  expect(isWhole).toBe(true);
  expect([...texts]).toEqual([
    ["system", "Linux node-0 6.1.0\n"],
    ["dmesg", "[    0.000000] Linux version 6.1.0\n m1 dmesg is no marker in the middle\n[    1.0] done\n"],
  ]);
});

test.each(Array.from({ length: OUTPUT.length }, (_, length) => length))(
  "what was cut off after %i is read",
  (length) => {
    const { texts, isWhole } = parseSections(OUTPUT.slice(0, length), "m1");
    expect(isWhole).toBe(length >= OUTPUT.trimEnd().length);
    for (const [name, text] of texts) {
      expect(OUTPUT).toContain(text.trimEnd());
      expect("system dmesg journal end").toContain(name);
    }
  },
);

test("a name that could leave the folder is no part", () => {
  expect([...parseSections("m1 ../../etc/passwd\nroot\n", "m1").texts]).toEqual([]);
});

test("the script quotes itself for whoever runs it", () => {
  const { text } = diagnosticsScript("m1");
  expect(text).toContain("exec sudo -n sh -c 'exec 2>&1");
  expect(text).toContain("echo m1");
});
