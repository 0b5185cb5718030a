import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openInBrowser } from "./open-in-browser.ts";

test("a report is opened where there is a screen", async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-browser-"));
  writeFileSync(join(folder, "xdg-open"), `#!/bin/sh\nprintf '%s' "$*" >'${folder}/opened'\n`);
  chmodSync(join(folder, "xdg-open"), 0o755);
  const opener = openInBrowser("/r/a b.html", { PATH: `${folder}:/usr/bin:/bin`, DISPLAY: ":0" });
  if (opener === undefined) throw new Error("Nothing was opened.");
  await once(opener, "exit");
  expect(readFileSync(join(folder, "opened"), "utf8")).toBe("/r/a b.html");
});

test("without a screen nothing is opened, and without a program nothing is said", async () => {
  expect(openInBrowser("/r.html", { PATH: "/usr/bin" })).toBeUndefined();
  const opener = openInBrowser("/r.html", { PATH: "/nowhere", WAYLAND_DISPLAY: "wayland-0" });
  if (opener === undefined) throw new Error("Nothing was tried.");
  await expect(once(opener, "exit")).rejects.toThrow("ENOENT");
});
