import { sh } from "assay";
import type { CaseContext } from "assay/suite";
import { Users } from "assay/tools";
import { gather } from "../gather.ts";
import { accountsWithPassword, canLogIn, openKeys } from "./accounts.ts";

/** Body of verify_default_targetpw. */
export async function verifyDefaultTargetpw({ node, expect }: CaseContext): Promise<void> {
  const { sudoers } = await gather(node, {
    sudoers: sh`cat /etc/sudoers /etc/sudoers.d/* 2>/dev/null`,
  });
  const line = sudoers.text.split("\n").find((candidate) => /^\s*Defaults\s+targetpw/.test(candidate));
  expect(
    line === undefined,
    `Sudo on '${node.name}' asks for the password of the target user: '${line}' must not be in sudoers.`,
  );
}

// `/` is the home of some system accounts: its whole tree is nobody's home.
const HISTORY_SCRIPT = sh`
while IFS=: read -r name _ _ _ _ home shell; do
  case "$shell" in *sh) ;; *) continue ;; esac
  [ -d "$home" ] || continue
  depth=99; [ "$home" = / ] && depth=1
  find "$home" -xdev -maxdepth "$depth" -type f \( -name '*sh_history' -o -name .history \) -size +0 \
    -exec stat -c "$name:%s:%n" {} \;
done < /etc/passwd`;

/** Body of verify_bash_history_is_empty. */
export async function verifyBashHistoryIsEmpty({ node, expect }: CaseContext): Promise<void> {
  const { histories } = await gather(node, { histories: HISTORY_SCRIPT });
  const found = histories.text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(`${node.connection.username}:`))
    .map((line) => {
      const [, sizeBytes, ...path] = line.split(":");
      return `'${path.join(":")}' is not empty, containing ${sizeBytes} bytes`;
    });
  expect(found.length === 0, `History of a shell is left in the image of '${node.name}': ${found.join("; ")}.`);
}

const KEYS_SCRIPT = sh`
while IFS=: read -r name _ _ _ _ home _; do
  [ -s "$home/.ssh/authorized_keys" ] || continue
  printf '\035%s\n' "$name"
  cat "$home/.ssh/authorized_keys"
done < /etc/passwd`;

/** Body of verify_no_pre_exist_users. */
export async function verifyNoPreExistUsers({ node, expect }: CaseContext): Promise<void> {
  const { username } = node.connection;
  const users = node.tool(Users);
  const withPassword = accountsWithPassword(await users.shadow()).filter((name) => name !== username);
  expect(
    withPassword.length === 0,
    `Accounts with a password are in the image of '${node.name}': '${withPassword.join("', '")}' must be locked.`,
  );

  const { keys } = await gather(node, { keys: KEYS_SCRIPT });
  const keysOf = new Map(
    keys.text
      .split("\u001d")
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf("\n")), openKeys(part.slice(part.indexOf("\n") + 1))]),
  );
  const withKeys = (await users.list())
    .filter((user) => user.name !== username && canLogIn(user) && (keysOf.get(user.name) ?? []).length > 0)
    .map((user) => `'${user.name}' (${user.home}/.ssh/authorized_keys)`);
  expect(withKeys.length === 0, `Accounts with SSH keys are in the image of '${node.name}': ${withKeys.join(", ")}.`);
}
