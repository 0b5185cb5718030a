import { expect, test } from "vitest";
import { parseOsRelease } from "./os-release.ts";

test("reads plain, double-quoted and single-quoted values and leaves the rest out", () => {
  const text = `# comment
ID=debian
NAME="Debian \\"GNU\\"/Linux \\$1"
VARIANT='a "b"'
EMPTY=
  VERSION_ID="12"
not a line
lower=case`;
  expect([...parseOsRelease(text)]).toEqual([
    ["ID", "debian"],
    ["NAME", 'Debian "GNU"/Linux $1'],
    ["VARIANT", 'a "b"'],
    ["EMPTY", ""],
    ["VERSION_ID", "12"],
  ]);
});
