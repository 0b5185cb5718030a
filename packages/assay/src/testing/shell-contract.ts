import { randomBytes, randomInt } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CommandFailed } from "../errors/catalogue.ts";
import { sh } from "../node/shell/command.ts";
import type { Shell } from "../node/shell/types.ts";
import { processesWith } from "./process-list.ts";

export interface ShellUnderTest extends AsyncDisposable {
  readonly shell: Shell;
}

/**
 * What every Shell promises. The shell has to run its commands on this machine, so that the tests can look at the
 * processes it leaves.
 */
export function shellContract(name: string, open: () => Promise<ShellUnderTest>): void {
  describe(`shell contract: ${name}`, () => {
    let subject: ShellUnderTest;
    let shell: Shell;
    let folder: string;

    beforeAll(async () => {
      subject = await open();
      shell = subject.shell;
      folder = await mkdtemp(join(tmpdir(), "assay-shell-"));
    });
    afterAll(async () => {
      await subject?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    test.each([0, 1, 2, 77, 126, 127, 128, 137, 143, 255])("gives exit code %i as it is", async (code) => {
      const asProgram = await shell.run(["sh", "-c", `exit ${code}`]);
      const asText = await shell.run(sh`exit ${code}`);
      expect(asProgram.outcome).toEqual({ kind: "exited", exitCode: code });
      expect(asText.exitCode).toBe(code);
    });

    test("keeps stdout and stderr apart, each in its order", async () => {
      const done = await shell.run(sh`echo one; echo two >&2; echo three; echo four >&2`);
      expect(done.stdout).toBe("one\nthree\n");
      expect(done.stderr).toBe("two\nfour\n");
    });

    test.each([
      "",
      "no newline",
      "\n",
      "\n\n",
      "ends with newline\n",
      "%s %d \\n $HOME `id`",
      "ünïcödé 日本 \u{1f427}",
    ])("prints %j byte for byte", async (text) => {
      const done = await shell.run(["printf", "%s", text]);
      expect(done).toMatchObject({ stdout: text, stderr: "", exitCode: 0 });
    });

    test("carries any byte on both streams, NUL too", async () => {
      const done = await shell.run(sh`printf '\000\001\377\n\r\0' ; printf '\376\000' >&2`);
      expect([...done.stdoutBytes]).toEqual([0, 1, 255, 10, 13, 0]);
      expect(done.stderr).toBe("�\0");
    });

    test("carries a binary megabyte in and out", async () => {
      const data = randomBytes(1024 * 1024 + 13);
      const done = await shell.run(["cat"], { stdin: data });
      expect(Buffer.compare(done.stdoutBytes, data)).toBe(0);
    });

    test("gives large output of both streams at once", async () => {
      const done = await shell.run(sh`head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2`);
      expect([done.stdoutBytes.length, done.stderr.length, done.isTruncated]).toEqual([3_000_000, 2_000_000, false]);
    });

    test("drops output beyond the limit and says so", async () => {
      const done = await shell.run(sh`head -c 5000 /dev/zero | tr '\0' x; exit 3`, { maxOutputBytes: 100 });
      expect(done.stdoutBytes.length).toBe(100);
      expect(done.isTruncated).toBe(true);
      expect(done.stdout).toMatch(/^x{100}\n\[assay dropped 4900 more bytes\]\n$/);
      expect(done.exitCode).toBe(3);
    });

    test("cannot be fooled by output that looks like its own markers", async () => {
      const first = await shell.run(sh`set; env; echo 'assay-0123456789abcdef01234567 0 '`);
      const seen = /assay-[0-9a-f]{24}/g;
      const replayed = await shell.run(sh`printf '%s 5 \n' ${first.stdout.match(seen) ?? []}; printf 'assay-' >&2`);
      expect(replayed.exitCode).toBe(0);
      expect(replayed.stderr).toBe("assay-");
      expect(await shell.run(sh`echo still here`)).toMatchObject({ stdout: "still here\n", exitCode: 0 });
    });

    test("reads /dev/null when no input is given", async () => {
      expect(await shell.run(["cat"])).toMatchObject({ stdout: "", exitCode: 0 });
      expect(await shell.run(sh`read x; echo "got $?"`)).toMatchObject({ stdout: "got 1\n" });
    });

    test("takes text and empty input", async () => {
      expect((await shell.run(["cat"], { stdin: "ä\nb" })).stdout).toBe("ä\nb");
      expect((await shell.run(sh`wc -c`, { stdin: "" })).stdout.trim()).toBe("0");
    });

    test("survives a program that does not read its input", async () => {
      const done = await shell.run(sh`exit 4`, { stdin: randomBytes(4 * 1024 * 1024) });
      expect(done.exitCode).toBe(4);
    });

    test("runs in the given folder with the given environment", async () => {
      const env = { ASSAY_ONE: "a 'b' $HOME \"c\"\n", ASSAY_TWO: "" };
      const done = await shell.run(sh`pwd; printf '%s|%s|' "$ASSAY_ONE" "$ASSAY_TWO"`, { cwd: folder, env });
      expect(done.stdout).toBe(`${folder}\n${env.ASSAY_ONE}||`);
      const program = await shell.run(["sh", "-c", 'pwd; printf %s "$ASSAY_ONE"'], { cwd: folder, env, sudo: true });
      expect(program.stdout).toBe(`${folder}\n${env.ASSAY_ONE}`);
    });

    test("fails in a folder that is not there", async () => {
      const done = await shell.run(["pwd"], { cwd: join(folder, "nowhere") });
      expect(done.exitCode).toBeGreaterThan(0);
      expect(done.stderr).toContain("nowhere");
    });

    test("keeps what a command changes in its shell from the next", async () => {
      const disturbances = [
        sh`cd /; set -e; set -u; umask 777; x=changed; export x`,
        sh`exit 9`,
        sh`exec true`,
        sh`trap 'echo trapped' EXIT`,
        sh`exec >/dev/null 2>&1 </dev/null`,
        sh`echo 'unbalanced`,
        sh`if true; then`,
        sh`)`,
        sh`unset PATH; set -f; alias echo=false`,
        sh`cat <<END
text`,
        sh`return 3`,
        sh`ulimit -n 10`,
        sh`exec 3>&- 4>&- 2>&-`,
      ];
      const before = await shell.run(sh`pwd; umask; ulimit -n; echo "$PATH $- $#"`);
      for (const disturbance of disturbances) await shell.run(disturbance);
      await shell.run(["cd", "/"]);
      await shell.run(["exit", "3"]);
      await shell.run(["exec", "true"]);
      const after = await shell.run(sh`pwd; umask; ulimit -n; echo "$PATH $- $#"; echo "\${x-unset}"`);
      expect(after).toMatchObject({ stdout: `${before.stdout}${"$"}{x-unset}\n`, exitCode: 0 });
    });

    test("runs a builtin of the shell by its name", async () => {
      expect((await shell.run([":"])).exitCode).toBe(0);
      expect((await shell.run(["false"])).exitCode).toBe(1);
      expect((await shell.run(["echo", "a  b", "*"])).stdout).toBe("a  b *\n");
      expect((await shell.run(["command", "-v", "sh"])).stdout).toMatch(/\/sh\n$/);
    });

    test("says 127 for a program that is not there and 126 for one that cannot be run", async () => {
      const missing = await shell.run(["assay-no-such-program"]);
      expect(missing).toMatchObject({ exitCode: 127, stdout: "" });
      expect(missing.stderr).toContain("assay-no-such-program");
      expect((await shell.run(["/etc/passwd"])).exitCode).toBe(126);
    });

    test("does not read a program's name as an assignment or a reserved word", async () => {
      expect((await shell.run(["A=b"])).exitCode).toBe(127);
      expect((await shell.run(["if", "true"])).exitCode).toBe(127);
    });

    test.each(["KILL", "TERM", "SEGV", "INT", "PIPE"])("tells death by %s", async (signal) => {
      const done = await shell.run(["sh", "-c", `kill -${signal} $$`]);
      expect(done.outcome).toEqual({ kind: "signalled", signal: `SIG${signal}` });
      expect(done.exitCode).toBeUndefined();
      expect(done.stderr).toBe("");
    });

    test("tells death by signal of a shell text", async () => {
      const done = await shell.run(sh`kill -KILL $$; echo not reached`);
      expect(done).toMatchObject({ outcome: { kind: "signalled", signal: "SIGKILL" }, stdout: "" });
      expect((await shell.run([":"])).exitCode).toBe(0);
    });

    test("ends the whole process group at the deadline and keeps the output so far", async () => {
      const [first, second, third] = [uniqueSleep(), uniqueSleep(), uniqueSleep()];
      const done = await shell.run(sh`echo begun; (sleep ${first}; :) | sh -c ${`sleep ${second}; sleep ${third}`}`, {
        timeoutMs: 700,
      });
      expect(done).toMatchObject({ outcome: { kind: "timed-out", afterMs: 700 }, stdout: "begun\n" });
      expect([first, second, third].flatMap(processesWith)).toEqual([]);
      expect((await shell.run(sh`echo next`)).stdout).toBe("next\n");
    });

    test("ends programs that ignore TERM and left their process group", async () => {
      const seconds = uniqueSleep();
      const script = `trap '' TERM HUP INT; set -m; sleep ${seconds} & wait; wait`;
      const done = await shell.run(["bash", "-c", script], { timeoutMs: 700 });
      expect(done.outcome.kind).toBe("timed-out");
      expect(processesWith(seconds)).toEqual([]);
    });

    test("ends the process group on abort", async () => {
      const seconds = uniqueSleep();
      const controller = new AbortController();
      const running = shell.run(["sleep", seconds], { signal: controller.signal });
      await expect.poll(() => processesWith(seconds).length, { timeout: 10_000 }).toBe(1);
      controller.abort();
      expect((await running).outcome).toEqual({ kind: "aborted" });
      expect(processesWith(seconds)).toEqual([]);
    });

    test("runs nothing when it is aborted already", async () => {
      const file = join(folder, "never");
      const done = await shell.run(["touch", file], { signal: AbortSignal.abort() });
      expect(done.outcome).toEqual({ kind: "aborted" });
      await expect(stat(file)).rejects.toThrow("ENOENT");
    });

    test("runs thirty commands at once, each with its own output", async () => {
      const numbers = Array.from({ length: 30 }, (_, index) => index);
      const done = await Promise.all(
        numbers.map((number) => shell.run(sh`echo out ${number}; echo err ${number} >&2; exit ${number}`)),
      );
      for (const number of numbers) {
        const expected = { stdout: `out ${number}\n`, stderr: `err ${number}\n`, exitCode: number };
        expect(done[number]).toMatchObject(expected);
      }
    });

    test("does not wait for what a command leaves in the background", async () => {
      const seconds = uniqueSleep();
      const done = await shell.run(sh`sleep ${seconds} & echo started $!`);
      expect(done.exitCode).toBe(0);
      const [pid] = processesWith(seconds);
      expect(done.stdout).toBe(`started ${pid}\n`);
      // It outlives later commands, also those that are killed.
      await shell.run(["sleep", "60"], { timeoutMs: 300 });
      expect(processesWith(seconds)).toEqual([pid]);
      await shell.run(sh`kill ${pid ?? 0}`);
    });

    test("any string survives as one word", async () => {
      const words = fc.array(
        fc.string({ unit: "binary", maxLength: 200 }).map((word) => word.replaceAll("\0", "")),
        {
          minLength: 1,
          maxLength: 5,
        },
      );
      const asked = fc.asyncProperty(words, async (list) => {
        const expected = list.map((word) => `${Buffer.from(word).toString("utf8")}\0`).join("");
        const program = await shell.run(["printf", "%s\\0", ...list]);
        expect(program.stdout).toBe(expected);
        const text = await shell.run(sh`printf '%s\0' ${list}`);
        expect(text.stdout).toBe(expected);
      });
      await fc.assert(asked, { numRuns: 25 });
    });

    test("streams a running command and takes its input", async () => {
      await using running = await shell.spawn(
        sh`echo ready; while read -r line; do echo "got $line"; done; echo bye >&2`,
      );
      const lines: string[] = [];
      for await (const chunk of running.stdout) {
        const text = Buffer.from(chunk).toString();
        lines.push(text);
        if (text.includes("ready")) await running.write("one\n");
        if (text.includes("got one")) {
          await running.write("two\n");
          running.endInput();
        }
      }
      expect(lines.join("")).toBe("ready\ngot one\ngot two\n");
      expect(await textOf(running.stderr)).toBe("bye\n");
      expect((await running.completed).outcome).toEqual({ kind: "exited", exitCode: 0 });
    });

    test("kills a running command with its children", async () => {
      const seconds = uniqueSleep();
      await using running = await shell.spawn(sh`sh -c ${`sleep ${seconds}; :`}; echo not reached`);
      await expect.poll(() => processesWith(seconds).length, { timeout: 10_000 }).toBe(1);
      await running.kill();
      expect(processesWith(seconds)).toEqual([]);
      expect((await running.completed).outcome.kind).not.toBe("exited");
    });

    test("ends a spawned command at its deadline and when it is disposed", async () => {
      const [first, second] = [uniqueSleep(), uniqueSleep()];
      {
        await using limited = await shell.spawn(["sleep", first], { timeoutMs: 500 });
        expect((await limited.completed).outcome).toEqual({ kind: "timed-out", afterMs: 500 });
        await using left = await shell.spawn(["sleep", second]);
        expect(left).toBeDefined();
      }
      expect([first, second].flatMap(processesWith)).toEqual([]);
    });

    test("gives a terminal when asked", async () => {
      await using running = await shell.spawn(sh`test -t 1 && echo terminal`, { isTty: true });
      expect(await textOf(running.stdout)).toContain("terminal");
      expect((await running.completed).exitCode).toBe(0);
    });

    test.each([0, 1, 5_000, 200_000])("writes and reads back %i bytes", async (size) => {
      const path = join(folder, `file '${size}' ä`);
      const data = randomBytes(size);
      for (const sudo of [false, true]) {
        await shell.write(path, data, { mode: 0o640, sudo });
        expect(Buffer.compare(await shell.read(path, { sudo }), data)).toBe(0);
        expect((await stat(path)).mode & 0o777).toBe(0o640);
      }
    });

    test("writes every byte and text", async () => {
      const path = join(folder, "bytes");
      const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await shell.write(path, every);
      expect([...(await readFile(path))]).toEqual([...every]);
      await shell.write(path, "-n %s \\ ünï\n");
      expect(await readFile(path, "utf8")).toBe("-n %s \\ ünï\n");
      expect((await stat(path)).mode & 0o777).toBe(0o644);
    });

    test("leaves the old file and no part when a write fails", async () => {
      await expect(shell.write(join(folder, "nowhere", "file"), "x")).rejects.toThrow(CommandFailed);
      await expect(shell.write(join(folder, "nowhere", "file"), randomBytes(50_000))).rejects.toThrow(CommandFailed);
      await expect(shell.read(join(folder, "absent"))).rejects.toThrow(/absent/);
    });

    test("reads files of the kernel, which have no size", async () => {
      const version = Buffer.from(await shell.read("/proc/version")).toString();
      expect(version).toMatch(/^Linux version /);
      await shell.download("/proc/version", join(folder, "version"));
      expect(await readFile(join(folder, "version"), "utf8")).toBe(version);
    });

    test.each([0, 3_000_000])("uploads and downloads %i bytes with the mode", async (size) => {
      const data = randomBytes(size);
      const [here, there, back] = [join(folder, "here"), join(folder, "there"), join(folder, "back")];
      await writeFile(here, data, { mode: 0o751 });
      for (const sudo of [false, true]) {
        await shell.upload(here, there, { sudo });
        expect((await stat(there)).mode & 0o777).toBe(0o751);
        await shell.download(there, back, { sudo });
        expect(Buffer.compare(await readFile(back), data)).toBe(0);
      }
    });

    test("says which transfer failed and leaves no part", async () => {
      const target = join(folder, "kept");
      await writeFile(target, "old");
      await expect(shell.download(join(folder, "absent"), target)).rejects.toThrow(/absent/);
      expect(await readFile(target, "utf8")).toBe("old");
      await expect(shell.upload(target, join(folder, "nowhere", "file"))).rejects.toThrow(/nowhere/);
    });
  });
}

/** A duration no other process sleeps for, so that it can be found among all. */
function uniqueSleep(): string {
  return `${randomInt(100_000, 900_000)}.${randomInt(100_000, 900_000)}`;
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
