import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type SshServer, startSshServer } from "../../packages/assay/src/testing/ssh-server.ts";
import { Workspace } from "../cli/run-assay.ts";

let server: SshServer;
let folder: string;
beforeEach(async () => {
  server = await startSshServer({ searchFolder: "programs" });
  folder = await mkdtemp(join(tmpdir(), "assay-openvmm-"));
  await writeFile(join(folder, "key"), server.privateKey, { mode: 0o600 });
  await writeFile(join(folder, "firmware.fd"), "firmware");
  await writeFile(join(folder, "image.raw"), "a disk");
  await program("openvmm", OPENVMM);
  // As a user without root the product asks sudo, whose rules are none of the test's business.
  await program("sudo", 'shift\nexec "$@"');
});
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function program(name: string, script: string): Promise<void> {
  const path = join(server.folder, "programs", name);
  await writeFile(path, `#!/bin/sh\nlog=${folder}\n${script}\n`);
  await chmod(path, 0o755);
}

/**
 * In place of OpenVMM: notes its arguments and is the guest by being an SSH server that lets in whom the seed names, at
 * the port that leads to it. The script reads the same options as the program it stands for.
 */
const OPENVMM = `printf '%s\\n' "$@" >"$log/arguments"
tty >"$log/terminal"
while [ $# -gt 0 ]; do
  case "$1" in
    --net | --virtio-net) net=$2 ;;
    --disk) case "$2" in *,dvd) seed=\${2#file:}; seed=\${seed%%,*} ;; *) stat -c %s "\${2#file:}" 2>/dev/null || { disk=\${2#file:}; stat -c %s "\${disk%%,*}"; } >"$log/disk-size" ;; esac ;;
    --com1) echo 'the console speaks' >"\${2#file=}" ;;
  esac
  shift
done
case "$net" in *hostfwd=*) port=$(echo "$net" | sed 's/.*hostfwd=tcp:127.0.0.1:\\([0-9]*\\)-:.*/\\1/') ;; *) port=$(cat "$log/port") ;; esac
isoinfo -R -i "$seed" -x /user-data >"$log/user-data"
grep -o 'ssh-ed25519 [A-Za-z0-9+/=]*' "$log/user-data" >"$log/authorized"
ssh-keygen -q -t ed25519 -N '' -f "$log/host-key"
exec /usr/sbin/sshd -D -f /dev/null -p "$port" -o ListenAddress=127.0.0.1 -o "HostKey=$log/host-key" -o "AuthorizedKeysFile=$log/authorized" -o StrictModes=no -o UsePAM=no -o PermitRootLogin=yes -o PidFile=none`;

const runbook = (guest: string) => `name: inner
platform:
  - type: ready
    guest_enabled: true
    guests:
      - type: openvmm
        name: vmm
        username: ${server.username}
        lisa_working_dir: ${join(folder, "work")}
        uefi: { firmware_path: ${join(folder, "firmware.fd")} }
        disk_img: ${join(folder, "image.raw")}
        min_raw_disk_size_gb: 1
        capability: { core_count: 2, memory_mb: 640 }
${guest}
environment:
  environments:
    - nodes:
        - { type: remote, name: host, address: 127.0.0.1, port: ${server.port}, username: ${server.username}, private_key_file: ${join(folder, "key")} }
testcase: [{ criteria: { name: verify_cpu_count } }]
`;

async function run(guest: string) {
  const space = new Workspace({ "r.yml": runbook(guest) });
  const { stdout, stderr } = await space.assay(["run", "-r", "r.yml", "--json"]);
  const [result] = JSON.parse(stdout).results;
  return { result, stderr };
}

const lines = async (name: string): Promise<readonly string[]> =>
  (await readFile(join(folder, name), "utf8")).trimEnd().split("\n");

test("OpenVMM is told what the runbook says, boots with a seed and is logged in to through its node", async () => {
  const { result, stderr } = await run(`        extra_args: --no-vmbus "--label=two words"`);
  expect([result?.status, result?.message, stderr]).toEqual(["PASSED", "", expect.any(String)]);
  const work = join(folder, "work");
  const told = (await lines("arguments")).map((argument) =>
    argument.replaceAll(/\/[^ ,=]*\/assay-guests-\w+\/0\//g, "<guest>/").replaceAll(/\/\S*assay-files\/\w+/g, "<file>"),
  );
  expect(told.map((argument) => argument.replace(/127\.0\.0\.1:\d+-/, "127.0.0.1:<port>-"))).toEqual([
    ...["--hv", "--hypervisor", existsSync("/dev/mshv") ? "mshv" : "kvm"],
    ...["--processors", "2", "--vps-per-socket", "2", "--smt", "off", "--memory", "640MB"],
    ...["--uefi", "--uefi-firmware", "<file>.fd", "--vmbus-scsi", "id=assay_scsi0"],
    ...["--disk", "file:<guest>/disk.raw,on=assay_scsi0,lun=0"],
    ...["--disk", "file:<guest>/seed.iso,on=assay_scsi0,lun=1,dvd"],
    ...["--net", "consomme:hostfwd=tcp:127.0.0.1:<port>-:22", "--com1", "file=<guest>/console.log"],
    ...["--no-vmbus", "--label=two words"],
  ]);
  expect(await lines("disk-size")).toEqual([`${1024 ** 3}`]);
  expect((await lines("terminal"))[0]).toMatch(/^\/dev\/pts\//);
  expect(await readdir(work)).toEqual(["assay-files"]);
});

test("a tap network is made, leased from, and undone in reverse", async () => {
  for (const name of ["ip", "iptables", "sysctl"]) await program(name, `echo ${name} "$@" >>"$log/calls"`);
  await program(
    "dnsmasq",
    `echo dnsmasq >>"$log/calls"
for option in "$@"; do case "$option" in --dhcp-script=*) script=\${option#*=} ;; --pid-file=*) pid=\${option#*=} ;; esac; done
setsid sleep 1000 >/dev/null 2>&1 &
echo $! >"$pid"; echo $! >"$log/dnsmasq-pid"
"$script" add 52:54:00:00:00:01 127.0.0.1 >/dev/null 2>&1`,
  );
  await writeFile(join(folder, "port"), `${await freePort()}`);
  const { result } = await run(
    `        network: { mode: tap, tap_name: tap7, bridge_name: br7, tap_host_cidr: 10.7.0.1/24, ssh_port: ${await readFile(join(folder, "port"), "utf8")}, device: virtio, queue_count: 2 }`,
  );
  expect([result?.status, result?.message]).toEqual(["PASSED", ""]);
  expect(await lines("arguments")).toEqual(
    expect.arrayContaining(["--pcie-root-port", "assay_rc0:assay_net", "pcie_port=assay_net:queues=2:tap:tap7"]),
  );
  const rule = (flag: string, port: number): string => `iptables ${flag} INPUT -i br7 -p udp --dport ${port} -j ACCEPT`;
  expect(await lines("calls")).toEqual([
    "ip tuntap add dev tap7 mode tap",
    "ip link add br7 type bridge",
    "ip link set tap7 master br7",
    "sysctl -q -w net.bridge.bridge-nf-call-iptables=0",
    "ip addr add 10.7.0.1/24 dev br7",
    "ip link set tap7 up",
    "ip link set br7 up",
    "sysctl -q -w net.ipv4.ip_forward=1",
    rule("-I", 67),
    rule("-I", 53),
    "dnsmasq",
    rule("-D", 53),
    rule("-D", 67),
    "ip link del br7",
    "ip link del tap7",
  ]);
  // A process that ended and that nobody has asked for its exit code has no command line any more.
  const [pid] = await lines("dnsmasq-pid");
  expect(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).toBe("");
});

test("an OpenVMM that ends at once says why", async () => {
  await program("openvmm", "echo 'no hypervisor here'; exit 3");
  const { result } = await run("");
  expect(result.status).toBe("FAILED");
  expect(result.message).toContain(
    "OpenVMM of guest 'host.vmm-0' could not be set up on node 'host': no hypervisor here",
  );
});

async function freePort(): Promise<number> {
  const probe = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    probe.close(() => resolve(port));
  });
  return await promise;
}
