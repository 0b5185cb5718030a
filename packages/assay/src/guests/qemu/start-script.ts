import { sh } from "../../node/shell/command.ts";
import type { ShellText } from "../../node/shell/types.ts";

export interface QemuGuestPlan {
  /** Folder of the guest on its node. */
  readonly folder: string;
  readonly binary: string;
  /** `auto`: hardware where the node has it and the account may use it. */
  readonly accelerator: "auto" | "kvm" | "tcg";
  readonly name: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly image: { readonly path: string; readonly format: string };
  readonly seed: string;
  /** Firmware in place of QEMU's own, a file of the node. */
  readonly firmware: string | undefined;
  readonly extraArguments: readonly string[];
}

/** The port at which the node's loopback leads to the guest's SSH server, as the kernel shows it. */
const PORT_LINE = /^port=([0-9A-F]{4})$/m;

/**
 * Starts QEMU in the background and prints under which port of the node's loopback the guest's SSH server is reached:
 * one the kernel chose, so that no two guests can meet. All writes of the guest go to a file that is gone with QEMU.
 */
export function startScript(plan: QemuGuestPlan): ShellText {
  const { folder, accelerator, firmware } = plan;
  // Commas are separators in QEMU's option syntax; a doubled one stands for one.
  const escaped = (value: string): string => value.replaceAll(",", ",,");
  const fixed = [
    ...["-nodefaults", "-no-user-config", "-display", "none", "-name", escaped(plan.name)],
    ...["-smp", `${plan.cores}`, "-m", `${plan.memoryMb}M`],
    ...(firmware === undefined ? [] : ["-bios", firmware]),
    ...["-drive", `if=virtio,file=${escaped(plan.image.path)},format=${plan.image.format},snapshot=on`],
    ...["-drive", `if=virtio,file=${escaped(plan.seed)},format=raw,readonly=on`],
    ...["-netdev", "user,id=net0,hostfwd=tcp:127.0.0.1:0-:22", "-device", "virtio-net-pci,netdev=net0"],
    ...["-device", "virtio-rng-pci", "-serial", `file:${escaped(`${folder}/console.log`)}`],
    ...["-pidfile", `${folder}/pid`, "-daemonize"],
    ...plan.extraArguments,
  ];
  return sh`cd ${folder} || exit 1
export TMPDIR=${folder}
start() {
  if [ "$1" = kvm ]; then set -- kvm host; else set -- tcg max; fi
  ${plan.binary} -machine q35 -accel "$1" -cpu "$2" ${fixed}
}
wanted=${accelerator}
if [ "$wanted" = auto ]; then
  wanted=tcg
  # The device is there on some machines whose guests do not start.
  if [ -r /dev/kvm ] && [ -w /dev/kvm ] && start kvm 2>/dev/null; then wanted=kvm; else start tcg || exit 1; fi
else
  start "$wanted" || exit 1
fi
pid=$(cat pid) || exit 1
printf 'accelerator=%s\n' "$wanted"
for inode in $(ls -l "/proc/$pid/fd" | sed -n 's/.*socket:\[\([0-9]*\)\].*/\1/p'); do
  awk -v inode="$inode" '$4 == "0A" && $10 == inode && $2 ~ /^0100007F:/ { print "port=" substr($2, 10) }' "/proc/$pid/net/tcp"
done`;
}

/** What the script printed; undefined where it found no port. */
export function startedGuest(stdout: string): { readonly port: number; readonly accelerator: string } | undefined {
  const port = PORT_LINE.exec(stdout)?.[1];
  const accelerator = /^accelerator=(\w+)$/m.exec(stdout)?.[1] ?? "";
  return port === undefined ? undefined : { port: Number.parseInt(port, 16), accelerator };
}
