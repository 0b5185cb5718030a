import { isRecord, textField } from "./json-record.ts";
import { Tool } from "./tool.ts";
import { parseJson, unexpected } from "./unexpected.ts";

/** Which entries to read. Without anything: all of the current boot. */
export interface JournalQuery {
  readonly unit?: string;
  /** Only messages of the kernel. */
  readonly kernel?: boolean;
  /** Only this syslog priority and worse: 0 emergency … 3 error, 4 warning … 7 debug. */
  readonly priority?: number;
  /** 0 is the current boot (the default), -1 the one before; `all` for every boot. */
  readonly boot?: number | "all";
  /** Only the newest so many. */
  readonly last?: number;
}

export interface JournalEntry {
  readonly at: Date;
  /** Syslog priority 0…7; 6 (information) when the entry has none. */
  readonly priority: number;
  readonly unit: string | undefined;
  /** Who says it, such as `kernel` or `sshd`. */
  readonly identifier: string | undefined;
  readonly pid: number | undefined;
  readonly message: string;
}

const FIELDS = "MESSAGE,PRIORITY,_SYSTEMD_UNIT,UNIT,SYSLOG_IDENTIFIER,_COMM,_PID";

/** The systemd journal, read as root. */
export class Journalctl extends Tool {
  /** Entries, oldest first. */
  async entries(query: JournalQuery = {}): Promise<readonly JournalEntry[]> {
    const command = ["journalctl", ...queryFlags(query), "--output=json", `--output-fields=${FIELDS}`] as const;
    return parseJournal(await this.node.text(command, { sudo: true }));
  }

  /** The same as text, a line each, with ISO time stamps. */
  text(query: JournalQuery = {}): Promise<string> {
    return this.node.text(["journalctl", ...queryFlags(query), "--output=short-iso"], { sudo: true });
  }
}

/** Parses `journalctl --output=json`: one object a line. */
export function parseJournal(output: string): JournalEntry[] {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => journalEntry(line));
}

function journalEntry(line: string): JournalEntry {
  const value = parseJson("journalctl --output=json", line);
  const microseconds = isRecord(value) ? Number(textField(value, "__REALTIME_TIMESTAMP")) : Number.NaN;
  if (!isRecord(value) || Number.isNaN(microseconds)) {
    throw unexpected("journalctl --output=json", "an entry has no time", line);
  }
  const pid = Number(textField(value, "_PID"));
  return {
    at: new Date(microseconds / 1000),
    priority: Number(textField(value, "PRIORITY") ?? 6),
    unit: textField(value, "UNIT") ?? textField(value, "_SYSTEMD_UNIT"),
    identifier: textField(value, "SYSLOG_IDENTIFIER") ?? textField(value, "_COMM"),
    pid: pid > 0 ? pid : undefined,
    message: messageText(value.MESSAGE),
  };
}

/** Messages that are not UTF-8 or hold control characters come as an array of bytes; too long ones as null. */
function messageText(message: unknown): string {
  if (typeof message === "string") return message;
  if (!Array.isArray(message)) return "";
  if (message.every((byte): byte is number => typeof byte === "number")) {
    return new TextDecoder().decode(Uint8Array.from(message));
  }
  // A field that occurs more than once is an array of its values.
  return message.map(messageText).join("\n");
}

function queryFlags(query: JournalQuery): string[] {
  const { boot = 0 } = query;
  return [
    "--no-pager",
    // Without it, lines such as "-- No entries --" are mixed into the output.
    "--quiet",
    ...(boot === "all" ? [] : [`--boot=${boot}`]),
    ...(query.kernel ? ["--dmesg"] : []),
    ...(query.unit === undefined ? [] : [`--unit=${query.unit}`]),
    ...(query.priority === undefined ? [] : [`--priority=${query.priority}`]),
    ...(query.last === undefined ? [] : [`--lines=${query.last}`]),
  ];
}
