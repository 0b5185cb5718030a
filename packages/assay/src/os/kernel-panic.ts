import { consoleLines } from "./console-text.ts";

/** A kernel panic, oops or lockup found in console text. */
export interface PanicFinding {
  /** HARDLOCKUP, SOFTLOCKUP, RCU_STALL, NULL_DEREF, PAGE_FAULT, BUG, OOPS, OOM, ASSERTION, DOUBLE_FAULT or GENERAL. */
  readonly category: string;
  /** The lines that matched, in order. */
  readonly lines: readonly string[];
  /** Error code, RIP, Code and CR2 values, at most two of a kind and five in all. */
  readonly codes: readonly string[];
}

/** Lines of a console log that mean the kernel or boot loader is in trouble. */
const TROUBLE: readonly RegExp[] = [
  /Kernel panic - not syncing:/,
  /RIP:/,
  /grub>/,
  /^The operating system has halted\.$/,
  /Synchronous Exception at/,
  /soft lockup/i,
  /hard lockup/i,
  /BUG:/,
  /kernel NULL pointer/i,
  /unable to handle/i,
  /hung task/i,
  /rcu_sched/i,
];

/** Lines that match {@link TROUBLE} and are harmless. */
const HARMLESS: readonly RegExp[] = [
  /ipt_CLUSTERIP: ClusterIP.*loaded successfully/,
  /RIP: 0010:topology_sane\.isra/,
  /EFI stub:.*FIRMWARE BUG: kernel image not aligned on 64k boundary/i,
];

/** First hit wins; tested on the upper-cased joined lines. */
const CATEGORIES: readonly (readonly [category: string, matches: (text: string) => boolean])[] = [
  ["HARDLOCKUP", (text) => /HARD ?LOCKUP/.test(text)],
  ["SOFTLOCKUP", (text) => /SOFT ?LOCKUP/.test(text)],
  ["RCU_STALL", (text) => text.includes("RCU") && text.includes("STALL")],
  ["NULL_DEREF", (text) => /NULL POINTER|NULL PTR/.test(text)],
  ["PAGE_FAULT", (text) => /PAGE FAULT|UNABLE TO HANDLE/.test(text)],
  ["BUG", (text) => /BUG:|BUG AT/.test(text)],
  ["OOPS", (text) => text.includes("OOPS")],
  ["OOM", (text) => /OUT OF MEMORY|\bOOM\b/.test(text)],
  ["ASSERTION", (text) => text.includes("ASSERTION")],
  ["DOUBLE_FAULT", (text) => /DOUBLE[ _]FAULT/.test(text)],
];

const CODES: readonly RegExp[] = [
  /error code[: ]+0x[0-9a-f]+/gi,
  /RIP[: ]+(?:0010:)?(?:0x)?[0-9a-z_.+]+(?:\/0x[0-9a-f]+)?/gi,
  /Code: [0-9a-f<> ]+/gi,
  /CR2[: ]+(?:0x)?[0-9a-f]+/gi,
];

/** True when this line of a console log is a sign of a panic, oops or lockup, or a boot loader that gave up. */
export function isTroubleLine(line: string): boolean {
  return TROUBLE.some((pattern) => pattern.test(line)) && !HARMLESS.some((pattern) => pattern.test(line));
}

/** Looks for a panic, oops or lockup in console text; undefined when there is none. */
export function findPanic(consoleText: string): PanicFinding | undefined {
  const lines = consoleLines(consoleText).filter(isTroubleLine);
  if (lines.length === 0) {
    return undefined;
  }
  const joined = lines.join("\n");
  const upper = joined.toUpperCase();
  const category = CATEGORIES.find(([, matches]) => matches(upper))?.[0] ?? "GENERAL";
  return { category, lines, codes: codesIn(joined) };
}

function codesIn(text: string): string[] {
  return CODES.flatMap((pattern) => [...new Set(text.match(pattern) ?? [])].slice(0, 2)).slice(0, 5);
}

/** Lines that say why the initial RAM disk gave up and offers a prompt; undefined when it did not. */
export function findInitramfsPrompt(consoleText: string): readonly string[] | undefined {
  const lines = consoleLines(consoleText);
  if (!lines.some((line) => line.startsWith("(initramfs)"))) {
    return undefined;
  }
  const reasons = /blk_update_request: I\/O error|exception|Failure: File system check of the root filesystem failed/;
  return [...lines.filter((line) => reasons.test(line)), "(initramfs)"];
}
