import { sh } from "../../../node/shell/command.ts";
import type { ShellText } from "../../../node/shell/types.ts";

/** What the device calls itself: vendor and device of Intel's 6300ESB watchdog. */
const PCI_ID = sh`0x8086:0x25ab`;

/**
 * Kernels for clouds leave the driver out. The device is then driven as `drivers/watchdog/i6300esb.c` does it: two timers,
 * of which the second counts when the first has run out, in units of about 1 ms; a write to them has to be unlocked; the
 * lock register in PCI configuration space starts and stops them.
 */
const PROGRAM = String.raw`
import mmap, os, struct, sys
folder, seconds = sys.argv[1], int(sys.argv[2])
with open(folder + "/enable", "w") as file: file.write("1")
config = os.open(folder + "/config", os.O_RDWR)
os.pwrite(config, b"\0", 0x68)
if seconds > 0:
    memory = mmap.mmap(os.open(folder + "/resource0", os.O_RDWR | os.O_SYNC), 16)
    words, halves = memoryview(memory).cast("I"), memoryview(memory).cast("H")
    os.pwrite(config, struct.pack("<H", 0x3), 0x60)
    def unlocked(write):
        halves[6] = 0x80
        halves[6] = 0x86
        write()
    unlocked(lambda: words.__setitem__(0, seconds * 512))
    unlocked(lambda: words.__setitem__(1, seconds * 512))
    unlocked(lambda: halves.__setitem__(6, 0x100))
    os.pwrite(config, b"\2", 0x68)
`;

/** Finds the device; the folder of its driver is there when the kernel has one. */
const find = sh`
PATH=$PATH:/usr/sbin:/sbin
set -e
modprobe -q i6300esb || true
folder=
for each in /sys/bus/pci/devices/*; do
  read -r vendor < "$each/vendor"
  read -r device < "$each/device"
  [ "$vendor:$device" != ${PCI_ID} ] || folder=$each
done
[ -n "$folder" ] || { echo "The guest does not see the watchdog of its machine." >&2; exit 1; }
by_registers() {
  command -v python3 >/dev/null || { echo "The guest has neither the driver i6300esb nor python3 to arm its watchdog with." >&2; exit 1; }
  python3 -c ${PROGRAM} "$folder" "$1"
  echo registers
}`;

/** Starts the watchdog with `seconds` to go; prints by which means. */
export function armScript(seconds: number): ShellText {
  return sh`${find}
if [ -e "$folder/driver" ]; then
  # The time is said when the driver is loaded.
  modprobe -r i6300esb && modprobe i6300esb heartbeat=${seconds}
  # Closed without the letter V, it goes on counting.
  echo 1 > "/dev/$(ls "$folder/watchdog")"
  echo driver
else by_registers ${seconds}; fi`;
}

export function disarmScript(): ShellText {
  return sh`${find}
if [ -e "$folder/driver" ]; then printf V > "/dev/$(ls "$folder/watchdog")"; echo driver
else by_registers 0; fi`;
}
