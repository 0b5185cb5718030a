import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compareSnapshots, findingText } from "./compare-snapshots.ts";
import { parseSnapshot, type Snapshot } from "./snapshot.ts";

/** A small guest: systemd, two services, a login through which the snapshot is taken, and a worker of the kernel. */
const PROCESSES = [
  "1 (systemd) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 10 0 0",
  "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 10 0 0",
  "300 (cron) S 1 300 300 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 200 0 0",
  "400 (sshd) S 1 400 400 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 210 0 0",
  "500 (sshd: root@notty) S 400 500 500 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 300 0 0",
  "510 (sh) S 500 510 510 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 310 0 0",
];
const CGROUPS = ["/proc/1/cgroup:0::/init.scope", "/proc/300/cgroup:0::/system.slice/cron.service"];

interface Given {
  readonly units?: readonly string[];
  readonly mounts?: readonly string[];
  readonly processes?: readonly string[];
  readonly cgroups?: readonly string[];
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
  readonly files?: readonly string[];
  readonly kernel?: readonly string[];
  readonly bootId?: string;
}

function outputOf(given: Given): string {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["self", ["510"]],
    ["boot-id", [given.bootId ?? "b1"]],
    ["units", given.units ?? []],
    ["mounts", ["/dev/vda1 / ext4 rw 0 0", "tmpfs /run tmpfs rw 0 0", ...(given.mounts ?? [])]],
    ["processes", [...PROCESSES, "511 (cat) R 510 510 510 0 -1 4194304 0 0", ...(given.processes ?? [])]],
    ["cgroups", [...CGROUPS, ...(given.cgroups ?? [])]],
    ["users", ["root:x:0:0:root:/root:/bin/bash", ...(given.users ?? [])]],
    ["groups", ["root:x:0:", ...(given.groups ?? [])]],
    ["files", ["directory|5|40|/tmp/.X11-unix", "regular file|5|100|/etc/fstab", ...(given.files ?? [])]],
    ["kernel", given.kernel ?? []],
    ["end", []],
  ];
  return sections.map(([name, lines]) => ["== ".concat(name), ...lines].join("\n")).join("\n");
}

function snapshot(given: Given = {}): Snapshot {
  const parsed = parseSnapshot(outputOf(given));
  if (parsed === undefined) throw new Error("The output has no end.");
  return parsed;
}

const sleeper = "700 (sleep) S 1 600 600 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 999 0 0";

test.each<[string, Given, Given, readonly string[]]>([
  ["nothing", {}, {}, []],
  [
    "a unit that failed",
    {},
    { units: ["chrony.service loaded failed failed NTP client"] },
    ["failed unit chrony.service"],
  ],
  ["a unit that had failed before", { units: ["a.service x"] }, { units: ["a.service x"] }, []],
  ["a mount", {}, { mounts: ["/dev/vdb /mnt/my\\040disk xfs rw 0 0"] }, ["new mount /mnt/my disk"]],
  ["a second mount on the same place", {}, { mounts: ["tmpfs /run tmpfs rw 0 0"] }, ["new mount /run"]],
  ["a mount that is gone", { mounts: ["/dev/vdb /data xfs rw 0 0"] }, {}, ["lost mount /data"]],
  ["a login's own mount", {}, { mounts: ["tmpfs /run/user/0 tmpfs rw 0 0"] }, []],
  ["a process", {}, { processes: [sleeper] }, ["new process sleep (700)"]],
  ["a process that ran before", { processes: [sleeper] }, { processes: [sleeper] }, []],
  [
    "another process with the id of one before",
    { processes: [sleeper] },
    { processes: [sleeper.replace(" 999 ", " 2999 ").replace("sleep", "(odd) name")] },
    ["new process (odd) name (700)"],
  ],
  ["a dead child", {}, { processes: [sleeper.replace(" S ", " Z ")] }, []],
  ["a worker of the kernel", {}, { processes: [sleeper.replace("4194304", "69238880")] }, []],
  ["another channel of the login", {}, { processes: [sleeper.replace(" S 1 ", " S 500 ")] }, []],
  [
    "a new service",
    {},
    { processes: [sleeper], cgroups: ["/proc/700/cgroup:0::/system.slice/mine.service"] },
    ["new process sleep of mine.service (700)"],
  ],
  [
    "a worker of a service that ran before",
    {},
    { processes: [sleeper], cgroups: ["/proc/700/cgroup:0::/system.slice/cron.service"] },
    [],
  ],
  [
    "a worker in a group of its own below a service",
    {},
    { processes: [sleeper], cgroups: ["/proc/700/cgroup:0::/system.slice/systemd-udevd.service/udev"] },
    [],
  ],
  [
    "a service that comes and goes by itself, with version 1 of control groups",
    {},
    {
      processes: [sleeper],
      cgroups: [
        "/proc/700/cgroup:4:memory:/x",
        "/proc/700/cgroup:1:name=systemd:/system.slice/systemd-hostnamed.service",
      ],
    },
    [],
  ],
  ["a user with its group", {}, { users: ["joe:x:1001:1001::/home/joe:"], groups: ["joe:x:1001:"] }, ["new user joe"]],
  ["a group", {}, { groups: ["testers:x:1002:"] }, ["new group testers"]],
  ["a user that is gone", { users: ["joe:x:1001:1001::/home/joe:"] }, {}, ["lost user joe"]],
  ["a scratch file", {}, { files: ["regular file|9|1|/tmp/fio.dat"] }, ["new file /tmp/fio.dat"]],
  [
    "a scratch file that grew, and one that is gone",
    { files: ["regular file|9|1|/tmp/log", "regular file|9|1|/tmp/old"] },
    { files: ["regular file|10|2|/tmp/log"] },
    [],
  ],
  [
    "a setting that changed",
    { files: ["regular file|9|1|/etc/sysctl.d/9.conf"] },
    { files: ["regular file|10|1|/etc/sysctl.d/9.conf"] },
    ["changed file /etc/sysctl.d/9.conf"],
  ],
  [
    "a setting that is gone",
    { files: ["regular file|9|1|/etc/modprobe.d/a.conf"] },
    {},
    ["lost file /etc/modprobe.d/a.conf"],
  ],
  [
    "a folder of settings in which something changed",
    { files: ["directory|9|1|/etc/apt"] },
    { files: ["directory|10|1|/etc/apt"] },
    [],
  ],
  [
    "what accounts and systems write",
    {},
    { files: ["regular file|9|1|/etc/passwd-", "directory|9|4|/tmp/systemd-private-1"] },
    [],
  ],
  ["trouble in the kernel", {}, { kernel: ["[ 9.1] BUG: bad page state"] }, ["kernel: [ 9.1] BUG: bad page state"]],
  [
    "a reboot: processes are others, settings stay",
    {},
    { bootId: "b2", processes: [sleeper], files: ["regular file|9|1|/etc/cron.d/x"] },
    ["new file /etc/cron.d/x"],
  ],
])("%s", (_name, before, after, wanted) => {
  expect(compareSnapshots(snapshot(before), snapshot(after)).map(findingText)).toEqual(wanted);
});

/** Printed by a guest with Debian 12 over SSH, some seconds apart. */
const captured = (name: string): Snapshot => {
  const parsed = parseSnapshot(readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), "utf8"));
  if (parsed === undefined) throw new Error("The output has no end.");
  return parsed;
};

test("a real guest is read, and a case that did nothing to it left nothing", () => {
  const before = captured("debian-12-before");
  expect(before.bootId).toBe("919f6f5a-9bff-4db9-bb59-8a984a1de59f");
  expect(before.mounts.get("/boot/efi")).toBe(1);
  expect(before.users.has("sshd")).toBe(true);
  expect(before.files.has("/etc/fstab")).toBe(true);
  const names = [...before.processes.values()].map(({ name, unit }) => `${name} ${unit}`);
  expect(names).toEqual(expect.arrayContaining(["systemd init.scope", "systemd-udevd systemd-udevd.service"]));
  expect(names.join()).not.toContain("kworker");
  expect(compareSnapshots(before, captured("debian-12-after"))).toEqual([]);
});

test("output that was cut off is no snapshot", () => {
  expect(parseSnapshot(outputOf({}).replace("== end", ""))).toBeUndefined();
  expect(parseSnapshot("")).toBeUndefined();
});
