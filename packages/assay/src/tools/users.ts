import { Cat } from "./cat.ts";
import { Tool } from "./tool.ts";
import { unexpected } from "./unexpected.ts";

/** A line of /etc/passwd. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  /** Empty means /bin/sh. */
  readonly shell: string;
}

/** A line of /etc/shadow. */
export interface ShadowEntry {
  readonly name: string;
  /** Hash, or what stands for none: `*`, `!`, `!*`, empty. A secret: never print it. */
  readonly passwordField: string;
}

/** How a user may log in with a password: not at all, with one, or with none because the field is empty. */
export type PasswordState = "none" | "set" | "empty";

/** Users of the guest by /etc/passwd and /etc/shadow; users of a directory service are not in there. */
export class Users extends Tool {
  async list(): Promise<readonly User[]> {
    return parsePasswd(await this.node.tool(Cat).read("/etc/passwd"));
  }

  async shadow(): Promise<readonly ShadowEntry[]> {
    return parseShadow(await this.node.tool(Cat).read("/etc/shadow", { sudo: true }));
  }
}

/** Parses /etc/passwd; comments, empty lines and the markers of NIS (`+`, `-`) are left out. */
export function parsePasswd(text: string): User[] {
  return entries(text).map(([name = "", , uid, gid, comment = "", home = "", shell]) => {
    if (!/^\d+$/.test(uid ?? "") || !/^\d+$/.test(gid ?? "") || shell === undefined) {
      throw unexpected("/etc/passwd", `the line of '${name}' has another form`, text);
    }
    return { name, uid: Number(uid), gid: Number(gid), comment, home, shell };
  });
}

/** Parses /etc/shadow. Errors quote no line, as lines hold password hashes. */
export function parseShadow(text: string): ShadowEntry[] {
  return entries(text).map(([name = "", passwordField]) => {
    if (passwordField === undefined) throw unexpected("/etc/shadow", `the line of '${name}' has no second field`, "");
    return { name, passwordField };
  });
}

/** What a password field of /etc/shadow means. A hash that starts with `!` is locked: no password works. */
export function passwordState(entry: ShadowEntry): PasswordState {
  if (entry.passwordField === "") return "empty";
  return /^[*!x]/.test(entry.passwordField) ? "none" : "set";
}

function entries(text: string): string[][] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !/^[#+-]/.test(line))
    .map((line) => line.split(":"));
}
