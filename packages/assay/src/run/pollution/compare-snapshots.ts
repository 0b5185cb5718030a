import type { Process, Snapshot } from "./snapshot.ts";
import { isSetting } from "./snapshot-script.ts";

/** One thing a case left behind, took away or changed. */
export interface Finding {
  readonly kind: "unit" | "mount" | "process" | "user" | "group" | "file" | "kernel";
  readonly change: "new" | "gone" | "changed";
  /** Name, path or line. */
  readonly what: string;
}

/** What systems mount, make and start by themselves. */
const OWN_MOUNTS = /^\/(run\/(user|credentials)\/|proc\/sys\/fs\/binfmt_misc|sys\/|snap\/|dev\/)/;
const OWN_FILES =
  /^\/(tmp\/(systemd-private-|snap-private|\.(X11|ICE|XIM|font|Test)-unix)|var\/tmp\/systemd-private-|etc\/((passwd|group|shadow|gshadow|subuid|subgid)-?$|\.pwd\.lock$|\.updated$|adjtime$|ld\.so\.cache$|mtab$|resolv\.conf)|root\/\.|home\/[^/]+$)/;
const OWN_UNITS =
  /^(systemd-|user@|user-runtime-dir@|init\.scope|dbus|polkit|packagekit|apt-daily|apt-news|esm-cache|dnf-|dpkg-db-backup|e2scrub|fstrim|fwupd|logrotate|man-db|motd-news|plocate|sysstat|unattended-upgrades|update-notifier|snapd|NetworkManager-dispatcher|udisks2|getty@|serial-getty@)/;

/** What is different after a case. What systems do by themselves at any time is left out. Pure. */
export function compareSnapshots(before: Snapshot, after: Snapshot): readonly Finding[] {
  const isSameBoot = before.bootId === after.bootId;
  const users = changes("user", before.users, after.users);
  const newUsers = new Set(users.map(({ what }) => what));
  return [
    ...added("unit", before.failedUnits, after.failedUnits),
    ...mountChanges(before.mounts, after.mounts),
    // After a reboot all processes are others, and none of the case is left.
    ...(isSameBoot ? processChanges(before.processes, after.processes) : []),
    ...users,
    ...changes("group", before.groups, after.groups).filter(({ what }) => !newUsers.has(what)),
    ...fileChanges(before.files, after.files),
    ...added("kernel", isSameBoot ? before.kernel : new Set(), after.kernel),
  ];
}

/** A finding in a line, such as `new file /tmp/x`. */
export function findingText({ kind, change, what }: Finding): string {
  if (kind === "unit") return `failed unit ${what}`;
  if (kind === "kernel") return `kernel: ${what}`;
  return `${change === "gone" ? "lost" : change} ${kind} ${what}`;
}

const added = (kind: Finding["kind"], before: ReadonlySet<string>, after: ReadonlySet<string>): Finding[] =>
  [...after].filter((what) => !before.has(what)).map((what) => ({ kind, change: "new", what }));

const changes = (kind: Finding["kind"], before: ReadonlySet<string>, after: ReadonlySet<string>): Finding[] => [
  ...added(kind, before, after),
  ...[...before].filter((what) => !after.has(what)).map((what): Finding => ({ kind, change: "gone", what })),
];

function mountChanges(before: Snapshot["mounts"], after: Snapshot["mounts"]): Finding[] {
  const targets = [...new Set([...before.keys(), ...after.keys()])].filter((target) => !OWN_MOUNTS.test(target));
  return targets.flatMap((what): Finding[] => {
    const difference = (after.get(what) ?? 0) - (before.get(what) ?? 0);
    return difference === 0 ? [] : [{ kind: "mount", change: difference > 0 ? "new" : "gone", what }];
  });
}

function processChanges(before: Snapshot["processes"], after: Snapshot["processes"]): Finding[] {
  // A service that ran before may start workers whenever it likes.
  const services = new Set([...before.values()].map(({ unit }) => unit).filter((unit) => unit.endsWith(".service")));
  const isOwn = ({ unit }: Process): boolean => OWN_UNITS.test(unit) || services.has(unit);
  const found = [...after].filter(([key, process]) => !before.has(key) && !isOwn(process));
  return found.map(([, { pid, name, unit }]) => {
    const where = unit.endsWith(".service") ? ` of ${unit}` : "";
    return { kind: "process", change: "new", what: `${name}${where} (${pid})` };
  });
}

function fileChanges(before: Snapshot["files"], after: Snapshot["files"]): Finding[] {
  const found: Finding[] = [];
  for (const [what, state] of after) {
    const earlier = before.get(what);
    if (earlier === undefined) found.push({ kind: "file", change: "new", what });
    else if (earlier !== state && isSetting(what)) found.push({ kind: "file", change: "changed", what });
  }
  for (const what of before.keys()) {
    if (!after.has(what) && isSetting(what)) found.push({ kind: "file", change: "gone", what });
  }
  return found.filter(({ what }) => !OWN_FILES.test(what));
}
