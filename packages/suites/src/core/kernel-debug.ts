import { sh } from "assay";
import { type CaseContext, suite } from "assay/suite";
import { KernelConfig } from "assay/tools";
import { gather } from "../gather.ts";

export default suite("KernelDebug", { area: "core", about: "What people need to look into a running kernel." }, ({
  test,
}) => {
  test(
    "verify_enable_kprobe",
    { about: "A probe can be set on a kernel function, switched on and taken away again.", priority: 1 },
    verifyEnableKprobe,
  );
});

// Appends its own probe and takes only that away, so that probes of other people stay.
const PROBE_SCRIPT = sh`
mount | grep -q ' on /sys/kernel/\(tracing\|debug\) ' || mount -t tracefs tracefs /sys/kernel/debug || exit
for tracing in /sys/kernel/tracing /sys/kernel/debug/tracing /sys/kernel/debug; do
  [ -e "$tracing/kprobe_events" ] && break
done
cd "$tracing" || exit
restore() {
  [ ! -e events/kprobes/my/enable ] || echo 0 > events/kprobes/my/enable
  ! grep -q '^p:kprobes/my ' kprobe_events || echo '-:my' >> kprobe_events
}
trap restore EXIT
restore
echo 'p:my filp_close' >> kprobe_events || exit
echo 1 > events/kprobes/my/enable || exit
printf 'events=%s\n' "$(grep 'kprobes/my' kprobe_events)"
printf 'enable=%s\n' "$(cat events/kprobes/my/enable)"`;

async function verifyEnableKprobe({ node, expect, skip }: CaseContext): Promise<void> {
  if (!(await node.tool(KernelConfig).isEnabled("CONFIG_KPROBE_EVENTS"))) {
    skip("The kernel is built without CONFIG_KPROBE_EVENTS.");
  }
  const { probe } = await gather(node, { probe: PROBE_SCRIPT });
  expect(probe.exitCode === 0, `The kernel of '${node.name}' refuses a probe on 'filp_close': ${probe.text.trim()}`);
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, "m").exec(probe.text)?.[1] ?? "";
  expect(
    value("events") === "p:kprobes/my filp_close",
    `'kprobe_events' of '${node.name}' reads '${value("events")}', not 'p:kprobes/my filp_close'.`,
  );
  expect(
    value("enable") === "1",
    `The probe on '${node.name}' is not switched on: 'enable' reads '${value("enable")}'.`,
  );
}
