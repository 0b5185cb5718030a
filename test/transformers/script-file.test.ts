import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRemoteNode, type RemoteNode } from "./remote-node.ts";

let remote: RemoteNode;
let script: (name: string, text: string) => string;
beforeAll(async () => {
  remote = await openRemoteNode();
  script = (name, text) => {
    const path = join(remote.folder, name);
    writeFileSync(path, text);
    return path;
  };
});
afterAll(() => remote[Symbol.asyncDispose]());

test("scripts run one after the other with their arguments, and their results are told", async () => {
  const first = script("first.sh", 'echo "$# $1"; echo trouble >&2');
  const second = script("second one.sh", 'echo "$#"; exit 3');
  const outputs = await remote.run("script_file", {
    scripts: [
      { script: first, args: "'a b' $((1 + 1))", expected_exit_code: 0 },
      { script: second, expected_exit_code: 3 },
    ],
  });
  expect(outputs).toEqual({
    results: {
      [first]: { exit_code: 0, stdout: "2 a b\n", stderr: "trouble\n" },
      [second]: { exit_code: 3, stdout: "0\n", stderr: "" },
    },
  });
});

test("all wrong exit codes are told together, after all scripts have run", async () => {
  const bad = script("bad.sh", "echo no room >&2; exit 1");
  const worse = script("worse.sh", "exit 2");
  const ignored = script("ignored.sh", "exit 4");
  const running = remote.run("script_file", {
    scripts: [
      { script: bad, expected_exit_code: 0 },
      { script: ignored, expected_exit_code: null },
      { script: worse, expected_exit_code: 0 },
    ],
  });
  await expect(running).rejects.toThrow(
    `'${bad}' ended with exit code 1 instead of 0: no room\n'${worse}' ended with exit code 2 instead of 0: `,
  );
});

test("packages the scripts need are installed first", async () => {
  const calls = join(remote.folder, "calls");
  await remote.program("apt-get", `echo "$@" >> ${calls}`);
  const shows = script("shows.sh", `tail -n 1 ${calls}`);
  const { results } = await remote.run("script_file", {
    dependent_packages: ["fio", "jq"],
    scripts: [{ script: shows, expected_exit_code: 0 }],
  });
  expect(results).toMatchObject({ [shows]: { stdout: expect.stringMatching(/ install -- fio jq\n$/) } });
});
