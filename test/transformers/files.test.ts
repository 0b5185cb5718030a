import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRemoteNode, type RemoteNode } from "./remote-node.ts";

let remote: RemoteNode;
beforeAll(async () => {
  remote = await openRemoteNode();
  mkdirSync(join(remote.folder, "source/inner"), { recursive: true });
  for (const name of ["a.txt", "b.log", "inner/c.txt", "x-dbg.txt"]) {
    writeFileSync(join(remote.folder, "source", name), `I am ${name}`);
  }
});
afterAll(() => remote[Symbol.asyncDispose]());

test.each<[readonly string[], readonly string[]]>([
  [["*"], ["a.txt", "b.log", "inner/c.txt", "x-dbg.txt"]],
  [
    ["*.txt", "b.log"],
    ["a.txt", "x-dbg.txt", "b.log"],
  ],
  [["inner"], ["inner/c.txt"]],
])("%j of a folder beside the runbook are uploaded", async (files, wanted) => {
  const destination = join(remote.folder, `to-${files.length}-${files[0]}`.replaceAll("*", "all"));
  const outputs = await remote.run("file_uploader", { source: "source", destination, files });
  expect(outputs).toEqual({ uploaded_files: wanted });
  for (const name of wanted) expect(readFileSync(join(destination, name), "utf8")).toBe(`I am ${name}`);
});

test("a file that is not there is told before anything is copied", async () => {
  const uploading = remote.run("file_uploader", { source: "source", destination: "/nowhere", files: ["nothing.txt"] });
  await expect(uploading).rejects.toThrow(/There is no file 'nothing.txt' in '.*source'/);
});

test("files of another machine come by way of this one when the machines cannot copy directly, without debug symbols", async () => {
  await remote.program("scp", "exit 1");
  const destination = join(remote.folder, "transferred");
  const outputs = await remote.run("file_transfer", {
    source_node: {},
    source: join(remote.folder, "source"),
    destination,
    files: ["*"],
  });
  expect(outputs).toEqual({ transferred_files: ["a.txt", "b.log"] });
  expect(readFileSync(join(destination, "a.txt"), "utf8")).toBe("I am a.txt");
});

test("machines that can copy directly do", async () => {
  const calls = join(remote.folder, "scp-calls");
  await remote.program("scp", `printf '%s\\n' "$*" >> ${calls}`);
  const source = join(remote.folder, "source");
  const outputs = await remote.run("file_transfer", {
    source_node: {},
    source,
    destination: "/tmp/assay-target",
    files: ["a.txt", "x-dbg.txt"],
  });
  expect(outputs).toEqual({ transferred_files: ["a.txt", "x-dbg.txt"] });
  expect(readFileSync(calls, "utf8").split("\n")[0]).toMatch(
    new RegExp(`^-q -P ${remote.server.port} .*-- ${source}/a.txt .*@127.0.0.1:/tmp/assay-target/$`),
  );
});
