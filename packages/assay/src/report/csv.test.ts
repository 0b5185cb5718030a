import fc from "fast-check";
import { expect, test } from "vitest";
import { printable } from "../notifiers/printable.ts";
import { tellRun } from "../testing/told-run.ts";
import { csvReport } from "./csv.ts";

/** A reader of RFC 4180 that refuses what the grammar does not allow. */
function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  while (field.lastIndex < text.length) {
    const from = field.lastIndex;
    const found = field.exec(text);
    if (found === null) throw new Error(`No field at ${from}: ${text.slice(from, from + 40)}`);
    row.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    if (found[3] === "\r\n") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

const cellOf = (message: string, column: string): string | undefined => {
  const [header = [], row = []] = readCsv(csvReport(tellRun({ results: { "S.c": { status: "FAILED", message } } })));
  expect(row).toHaveLength(header.length);
  return row[header.indexOf(column)];
};

test("every message is read back as it was shown, and none as a formula", () => {
  const hostile = fc.array(fc.oneof(fc.constantFrom('"', ",", "\r\n", "\n", "=", "+1", "-", "@", "'"), fc.string()));
  fc.assert(
    fc.property(hostile, (parts) => {
      const shown = printable(parts.join(""));
      expect(cellOf(parts.join(""), "message")).toBe(/^[=+\-@\t]/.test(shown) ? `'${shown}` : shown);
    }),
  );
});

test("a result gives one row with its id, times and place", () => {
  const run = tellRun({ results: { "S.c[size=2]#1": { status: "PASSED", durationMs: 1500 } } });
  const [header, row, ...rest] = readCsv(csvReport(run));
  expect(rest).toEqual([]);
  expect(Object.fromEntries((header ?? []).map((name, index) => [name, row?.[index]]))).toEqual({
    run: "run-1",
    result_id: "S.c[size=2]#1",
    suite: "S",
    case: "c",
    combination: "",
    status: "PASSED",
    message: "",
    warning: "",
    failure_class: "",
    environment: "local-1",
    started_at: "2026-11-21T05:00:00.000Z",
    duration_ms: "1500",
    reboot_ms: "0",
    attempts: "1",
    area: "told",
    priority: "1",
    folder: "cases/S.c[size=2]#1",
  });
});
