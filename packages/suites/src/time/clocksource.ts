/** Sources of time the kernel may use on a virtual machine, by architecture: Hyper-V's, KVM's and emulated hardware. */
const CLOCK_SOURCES: Readonly<Record<string, readonly string[]>> = {
  x86_64: [
    "hyperv_clocksource_tsc_page",
    "lis_hyperv_clocksource_tsc_page",
    "hyperv_clocksource",
    "tsc",
    "Hyper-V-TSC",
    "kvm-clock",
    "acpi_pm",
    "hpet",
  ],
  aarch64: ["arch_sys_counter", "ARM MPCore Timecounter"],
};

/** Devices that wake the kernel at a time, by architecture. */
const CLOCK_EVENTS: Readonly<Record<string, readonly string[]>> = {
  x86_64: ["Hyper-V clockevent", "lapic-deadline", "lapic"],
  aarch64: ["arch_sys_timer"],
};

export const clockSourcesOf = (architecture: string): readonly string[] => CLOCK_SOURCES[architecture] ?? [];
export const clockEventsOf = (architecture: string): readonly string[] => CLOCK_EVENTS[architecture] ?? [];

/** How often `text` occurs in `where` as it is. */
export function countOf(text: string, where: string): number {
  return where.split(text).length - 1;
}
