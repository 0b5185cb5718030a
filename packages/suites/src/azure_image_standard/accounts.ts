import type { ShadowEntry, User } from "assay/tools";

/**
 * Names of accounts that can be opened with a password. `*` or `!` anywhere in the field locks the account, `x` alone
 * and nothing at all are placeholders that upstream accepts.
 */
export function accountsWithPassword(shadow: readonly ShadowEntry[]): string[] {
  return shadow
    .filter(({ passwordField }) => !/[*!]/.test(passwordField) && passwordField !== "x" && passwordField !== "")
    .map(({ name }) => name);
}

/** True for accounts that people or programs can log in with. */
export function canLogIn(user: User): boolean {
  return !user.shell.includes("nologin");
}

/** What cloud-init writes into root's authorized_keys to turn people away: not a way in. */
const GUARD =
  /command="echo 'Please login as the user \\"[^"]*\\" rather than the user \\"[^"]*\\"\.';echo;sleep \d+(;exit \d+)?"/;

/** Keys in an authorized_keys file that open a session: neither comments nor cloud-init's guard. */
export function openKeys(authorizedKeys: string): string[] {
  return authorizedKeys
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#") && !GUARD.test(line));
}
