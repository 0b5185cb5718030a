import { expect, test } from "vitest";
import { HostExhausted } from "./catalogue.ts";
import { writeError } from "./disk-full.ts";

const failed = (code: string) => Object.assign(new Error(`${code}: write`), { code });

test.for(["ENOSPC", "EDQUOT"])("%s is a full disk, with the place and the cause", (code) => {
  const cause = failed(code);
  const error = writeError(cause, "/runs/x", "Move.");
  expect(error).toBeInstanceOf(HostExhausted);
  expect(error).toMatchObject({ message: "The disk that holds '/runs/x' is full.", help: "Move.", cause });
});

test("every other error stays itself", () => {
  const error = failed("EIO");
  expect(writeError(error, "/runs/x")).toBe(error);
  expect(writeError("text", "/runs/x")).toBe("text");
});
