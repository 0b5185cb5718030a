import { expect, test } from "vitest";
import type { Completed, Outcome, Shell } from "../../../node/shell/types.ts";
import { takeBootFiles } from "./take-boot-files.ts";

/** A guest whose answers to `test -e` come in this order, and what was brought from it. */
function guest(...outcomes: Outcome[]): {
  readonly shell: Pick<Shell, "run" | "download">;
  readonly brought: string[];
} {
  const brought: string[] = [];
  const shell = {
    async run(command: Completed["command"]): Promise<Completed> {
      const outcome = outcomes.shift() ?? { kind: "connection-lost", reason: "the guest was reset" };
      const exitCode = outcome.kind === "exited" ? outcome.exitCode : undefined;
      const silent = { stdout: "", stderr: "", stdoutBytes: new Uint8Array(), durationMs: 1, isTruncated: false };
      return { command, outcome, exitCode, ...silent };
    },
    async download(from: string) {
      brought.push(from);
    },
  };
  return { shell, brought };
}

const exited = (exitCode: number): Outcome => ({ kind: "exited", exitCode });
const places = { kernel: "kernel", initrd: "initrd" };
const { signal } = new AbortController();

test("the initial RAM disk is taken under the name that the distribution gives it", async () => {
  const { brought, shell } = guest(exited(1), exited(0));
  expect(await takeBootFiles(shell, "6.1", places, signal)).toBe(true);
  expect(brought).toEqual(["/boot/vmlinuz-6.1", "/boot/initramfs-6.1.img"]);
});

test("a kernel may have none, and none may be wanted", async () => {
  expect(await takeBootFiles(guest(exited(1), exited(1), exited(1)).shell, "6.1", places, signal)).toBe(false);
  expect(await takeBootFiles(guest().shell, "6.1", { ...places, initrd: undefined }, signal)).toBe(false);
});

test("a guest that is lost has not said that there is none", async () => {
  await expect(takeBootFiles(guest(exited(1)).shell, "6.1", places, signal)).rejects.toThrow(
    "does not tell whether '/boot/initramfs-6.1.img' is there: connection-lost",
  );
});

test("an abort is no answer either", async () => {
  const stopped = AbortSignal.abort(new Error("enough"));
  await expect(takeBootFiles(guest({ kind: "aborted" }).shell, "6.1", places, stopped)).rejects.toThrow("enough");
});
