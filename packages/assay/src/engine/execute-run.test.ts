import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { loadRunbook, run } from "./index.ts";

const TOKEN = "hunter2-and-more";

test.each([
  ["a path", `/nowhere/$(token).qcow2`],
  // No request leaves this host: port 1 is refused before.
  ["an address", "http://127.0.0.1:1/$(token)/disk.qcow2"],
])("a run that cannot begin for %s with a secret does not tell the secret", async (_, image) => {
  const folder = mkdtempSync(join(tmpdir(), "assay-secret-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "runbook.yml");
  const platform = `platform: [{ type: qemu, qemu: { image: "${image}" } }]`;
  writeFileSync(path, `name: x\n${platform}\ntestcase: [{ criteria: { area: core } }]\n`);
  const notices: unknown[] = [];
  const file = await loadRunbook(path, { secrets: { token: TOKEN } });
  const { report } = run(file, { logPath: folder, onNotice: (notice) => notices.push(notice) });
  const error = await report.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.stringContaining("******") });
  expect(inspect([error, notices], { depth: 9 })).not.toContain(TOKEN);
});
