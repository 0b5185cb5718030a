import { expect, test } from "vitest";
import { fullNameIn } from "./machine-name.ts";

const help = `Supported machines are:
microvm              microvm (i386)
pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-7.2)
pc-i440fx-7.2        Standard PC (i440FX + PIIX, 1996) (default)
q35                  Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-7.2)
`;

test.each([
  ["q35", "pc-q35-7.2"],
  ["pc", "pc-i440fx-7.2"],
  ["pc-i440fx-7.2", "pc-i440fx-7.2"],
  ["microvm", "microvm"],
  ["virt", "virt"],
])("the full name of '%s' is '%s'", (machine, name) => {
  expect(fullNameIn(help, machine)).toBe(name);
});
