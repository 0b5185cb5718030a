import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localNode } from "../node/local-node.ts";
import { WorkFolders } from "./work-folders.ts";

test("a node that makes no folder and says nothing holds up no run that is cancelled", {
  timeout: 15_000,
}, async () => {
  const bin = mkdtempSync(join(tmpdir(), "assay-folders-"));
  const path = process.env.PATH;
  try {
    writeFileSync(join(bin, "mktemp"), "#!/bin/sh\nexec sleep 60\n", { mode: 0o755 });
    process.env.PATH = `${bin}:${path}`;
    const cancel = new AbortController();
    const node = localNode("here", 0);
    const folders = new WorkFolders(node, cancel.signal);
    const made = folders.make(bin, "0");
    setTimeout(() => cancel.abort(new Error("the run was cancelled")), 100);
    await expect(made).rejects.toThrow("the run was cancelled");
    await folders[Symbol.asyncDispose]();
    await node.shell[Symbol.asyncDispose]();
  } finally {
    process.env.PATH = path;
    rmSync(bin, { recursive: true });
  }
});
