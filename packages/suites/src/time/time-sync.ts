import { type Node, sh } from "assay";
import { type CaseContext, suite } from "assay/suite";
import { Clocksource } from "assay/tools";
import { gather } from "../gather.ts";
import { rebootAndMeasure } from "../provisioning/smoke.ts";
import { clockEventsOf, clockSourcesOf, countOf } from "./clocksource.ts";

export default suite("TimeSync", { area: "time", about: "Where the guest takes its time from." }, ({ test }) => {
  test(
    "verify_timesync_unbind_clocksource",
    {
      about: "The kernel uses a clock source fit for virtual machines and can change over to another one.",
      priority: 2,
      tags: ["reboot"],
      requires: { remote: true },
    },
    verifyUnbindClocksource,
  );
  test(
    "verify_timesync_unbind_clockevent",
    { about: "Every processor is woken by a clock event device fit for virtual machines.", priority: 2 },
    verifyUnbindClockevent,
  );
});

/** How long the kernel may take to settle on another device. */
const CHANGE_S = 60;

const SOURCES = "/sys/devices/system/clocksource/clocksource0";

async function verifyUnbindClocksource(context: CaseContext): Promise<void> {
  const { node, expect, log } = context;
  const { architecture, cpuCount } = await node.facts();
  const clock = node.tool(Clocksource);
  const { current, available, canUnbind } = await clock.state();
  const found = await gather(node, {
    cpuinfo: sh`cat /proc/cpuinfo`,
    dmesg: sh`dmesg | grep -i clocksource`,
  });
  const known = clockSourcesOf(architecture);
  expect(
    known.includes(current),
    `The clock source of '${node.name}' is '${current}'; expected is one of ${known.join(", ")}.`,
  );
  if (architecture === "x86_64") {
    const withTsc = countOf(" tsc ", found.cpuinfo.text);
    expect(withTsc === cpuCount, `${withTsc} of ${cpuCount} processors of '${node.name}' have a time stamp counter.`);
  }
  expect(
    new RegExp(`clocksource:? (Switched to clocksource )?${current}`).test(found.dmesg.text),
    `The kernel log of '${node.name}' has no line about the clock source '${current}'.`,
  );
  if (!canUnbind) {
    log.info("This kernel cannot unbind clock sources.");
    return;
  }
  const others = available.filter((name) => name !== current);
  if (others.length > 0) {
    await clock.unbind(current);
    const now = await changedSource(node, current);
    log.info(`The clock source changed from '${current}' to '${now}'.`);
    expect(
      others.includes(now),
      `After unbinding '${current}' the clock source of '${node.name}' is '${now}', not one of ${others.join(", ")}.`,
    );
  }
  // An unbound source comes back with a reboot only.
  await rebootAndMeasure(context);
}

/** The clock source in use as soon as it is another than `before`, or after {@link CHANGE_S}. */
function changedSource(node: Node, before: string): Promise<string> {
  // The kernel tells nobody when it has changed over, so the guest looks.
  return node.text(sh`
for left in $(seq ${CHANGE_S * 2}); do
  now=$(cat ${SOURCES}/current_clocksource)
  [ "$now" = ${before} ] || break
  sleep 0.5
done
echo "$now"`);
}

const EVENTS = "/sys/devices/system/clockevents/clockevent0";

async function verifyUnbindClockevent({ node, expect, log }: CaseContext): Promise<void> {
  const { architecture, cpuCount } = await node.facts();
  const found = await gather(node, {
    current: sh`cat ${EVENTS}/current_device`,
    timers: sh`cat /proc/timer_list`,
  });
  if (found.current.exitCode !== 0) {
    log.info("This kernel does not tell its clock event device.");
    return;
  }
  const current = found.current.text.trim();
  const known = clockEventsOf(architecture);
  expect(
    known.includes(current),
    `The clock event device of '${node.name}' is '${current}'; expected is one of ${known.join(", ")}.`,
  );
  const devices = found.timers.text.split("\n").filter((line) => line.endsWith(`Clock Event Device: ${current}`));
  const handlers = countOf("hrtimer_interrupt", found.timers.text);
  expect(
    devices.length === cpuCount && handlers === cpuCount,
    `'/proc/timer_list' of '${node.name}' shows ${devices.length} devices '${current}' and ${handlers} handlers` +
      ` 'hrtimer_interrupt' for ${cpuCount} processors.`,
  );
}
