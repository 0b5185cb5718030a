import type { Figure } from "./figure.ts";

/** The figures of one benchmark. */
export interface BenchResult {
  readonly bench: string;
  readonly figures: readonly Figure[];
}

/** Three digits that matter, without an exponent. */
const number = (value: number): string =>
  Math.abs(value) >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3);

const verdict = ({ ok, target }: Figure): string => (target === undefined ? "" : ok ? "ok" : "MISSED");

const row = (figure: Figure): readonly [string, string, string, string] => [
  figure.name,
  `${number(figure.value)} ${figure.unit}`,
  figure.target === undefined ? "" : `${figure.target} ${figure.unit}`,
  verdict(figure),
];

/** Figures for a terminal, in columns. */
export function textTable({ bench, figures }: BenchResult): string {
  const rows = figures.map(row);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((cells) => (cells[column] ?? "").length)));
  const lines = rows.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return [bench, ...lines.map((line) => `  ${line}`.trimEnd())].join("\n");
}

/** Figures for bench/results.md. */
export function markdownTable({ bench, figures }: BenchResult): string {
  const lines = figures.map((figure) => `| ${row(figure).join(" | ")} |`);
  return [`## ${bench}`, "", "| Figure | Value | Target | |", "| --- | --- | --- | --- |", ...lines, ""].join("\n");
}
