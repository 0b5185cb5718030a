import { expect, test } from "vitest";
import { HostExhausted, ImageBuildFailed, MissingDependency } from "../../errors/catalogue.ts";
import { mustRunOnHost, runOnHost } from "./host-command.ts";
import { requireKeyrings, requirePrograms } from "./required-programs.ts";

test("streams, exit code and lines of stderr come apart", async () => {
  const lines: string[] = [];
  const result = await runOnHost("sh", ["-c", "cat; printf 'one\\ntwo\\n' >&2; exit 7"], {
    input: "given",
    onErrorLine: (line) => lines.push(line),
  });
  expect(result).toEqual({ exitCode: 7, stdout: "given", stderr: "one\ntwo\n" });
  expect(lines).toEqual(["one", "two"]);
});

test("a program that fails is named with its last words", async () => {
  const failing = mustRunOnHost("Writing the disk", "sh", ["-c", "echo 'bad sector' >&2; exit 3"]);
  await expect(failing).rejects.toThrow(ImageBuildFailed);
  await expect(failing).rejects.toThrow("Writing the disk failed: 'sh' ended with exit code 3.\nbad sector");
});

test("a full disk is told from other failures", async () => {
  const failing = mustRunOnHost("Writing the disk", "sh", ["-c", "cat /etc/passwd > /dev/full"]);
  await expect(failing).rejects.toThrow(HostExhausted);
});

test("a program that is not installed is named with its package", async () => {
  await expect(runOnHost("no-such-program", [])).rejects.toMatchObject({
    name: "MissingDependency",
    message: "The program 'no-such-program' is not installed on this machine.",
    help: "Install it with: sudo apt-get install no-such-program",
  });
});

test("all missing programs are named at once, with one command", async () => {
  await expect(requirePrograms("amd64", undefined, { own: "amd64", path: "/nowhere" })).rejects.toThrow(
    MissingDependency,
  );
  await expect(requirePrograms("amd64", undefined, { own: "amd64", path: "/nowhere" })).rejects.toMatchObject({
    message: expect.stringContaining("mcopy, mformat, mke2fs, mmd, mmdebstrap, qemu-img"),
    help: expect.stringMatching(
      /^Install them with: sudo apt-get install apt e2fsprogs .*mmdebstrap mtools qemu-utils/,
    ),
  });
});

test("a keyring that is not there is named", async () => {
  const source = { uris: [], suites: [], components: [], signedBy: "/nowhere/keys.gpg", isTrusted: false };
  await expect(requireKeyrings([source])).rejects.toThrow("The keyring '/nowhere/keys.gpg'");
});

test("aborting ends the program and its children", async () => {
  const abort = new AbortController();
  const pids: number[] = [];
  const running = runOnHost("sh", ["-c", "sleep 1000 & echo $! >&2; wait"], {
    signal: abort.signal,
    onErrorLine: (line) => {
      pids.push(Number(line));
      abort.abort("enough");
    },
  });
  await expect(running).rejects.toBe("enough");
  expect(pids).toHaveLength(1);
  // The output streams are closed, so that the child that held them is gone or is about to be reaped.
  await expect(
    runOnHost("sh", ["-c", `case "$(cat /proc/${pids[0]}/stat)" in ''|*') Z '*) exit 1;; esac`]),
  ).resolves.toMatchObject({
    exitCode: 1,
  });
});
