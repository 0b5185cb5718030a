/**
 * Exits 0 when node_modules holds what package-lock.json says, 1 when not: `node is-installed.ts FOLDER`.
 * Runs before anything is installed, so it may import nothing but Node's own modules.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { holdsLock } from "./holds-lock.ts";

const folder = process.argv[2] ?? ".";

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

const wanted = read(join(folder, "package-lock.json"));
// npm keeps what it installed in this file and renews it with every install.
const installed = read(join(folder, "node_modules", ".package-lock.json"));
process.exitCode = wanted !== undefined && installed !== undefined && holdsLock(wanted, installed) ? 0 : 1;
