import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeDigest, localPath, portablePath } from "./case-code.ts";

/** A folder with a suite, what it imports, and a file nobody imports. */
function suiteFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-code-"));
  mkdirSync(join(folder, "parts"));
  writeFileSync(join(folder, "suite.ts"), 'import { part } from "./parts/part.ts";\nimport "assay/suite";\n');
  writeFileSync(
    join(folder, "parts", "part.ts"),
    'import data from "../data.json" with { type: "json" };\nexport * from "../suite.ts";\nconst late = () => import("./late.ts");\nnew URL("./asset.bin", import.meta.url);\n',
  );
  writeFileSync(join(folder, "parts", "late.ts"), "");
  writeFileSync(join(folder, "parts", "asset.bin"), "");
  writeFileSync(join(folder, "data.json"), "{}");
  writeFileSync(join(folder, "other.ts"), "");
  return folder;
}

const digestOf = (folder: string): Promise<string | undefined> => codeDigest(join(folder, "suite.ts"));

test("the digest is that of the same code in another folder", async () => {
  const digest = await digestOf(suiteFolder());
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(await digestOf(suiteFolder())).toBe(digest);
});

test.each([
  ["suite.ts", true],
  ["parts/part.ts", true],
  ["parts/late.ts", true],
  ["parts/asset.bin", true],
  ["data.json", true],
  ["other.ts", false],
])("a change of %s changes the digest: %s", async (name, isChanged) => {
  const folder = suiteFolder();
  const before = await digestOf(folder);
  writeFileSync(join(folder, name), "// other code\n");
  expect((await digestOf(folder)) !== before).toBe(isChanged);
});

test("a suite that is not there has no digest", async () => {
  expect(await codeDigest("/nowhere/suite.ts")).toBeUndefined();
});

test("assay's own files are named from where assay is, others by their path", () => {
  const own = join(import.meta.dirname, "case-code.ts");
  expect(portablePath(own)).toBe("packages/assay/src/recording/case-code.ts");
  expect(localPath(portablePath(own))).toBe(own);
  expect(localPath(portablePath("/elsewhere/suite.ts"))).toBe("/elsewhere/suite.ts");
});
