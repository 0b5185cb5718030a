import fc from "fast-check";
import { expect, test } from "vitest";
import { splitFiles } from "./cat.ts";

test("files come back as they were, whatever is in them", () => {
  const path = fc.stringMatching(/^\/[ -~]*$/);
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(path, fc.string()), { selector: ([name]) => name }), (files) => {
      const marker = "5e8dd316-726b-4335-948a-11f217ff9133";
      const output = files.map(([name, text]) => `${marker} ${name}\n${text}\n`).join("");
      expect([...splitFiles({ marker, output })]).toEqual(files);
    }),
  );
});
