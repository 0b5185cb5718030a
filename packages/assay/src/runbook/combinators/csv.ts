/** A file of comma-separated values. */
export interface CsvTable {
  readonly columns: readonly string[];
  /** Cells of each row in the order of the columns; a short row has fewer. Empty lines are left out. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads comma-separated values as Python's `csv` does: cells in double quotes may hold commas, line ends and doubled
 * quotes; a byte-order mark is passed over. Gives what is wrong as a sentence when there is no line of headings or a
 * quote is never closed.
 */
export function parseCsv(text: string): CsvTable | string {
  const rows: string[][] = [];
  let row: string[] = [];
  let offset = text.startsWith("\ufeff") ? 1 : 0;
  while (offset < text.length) {
    const { cell, end } = cellAt(text, offset);
    if (end === undefined) return `the quote in line ${lineOf(text, offset)} is not closed.`;
    row.push(cell);
    const isLast = text[end] !== ",";
    offset = end + (text.startsWith("\r\n", end) ? 2 : 1);
    if (!isLast && offset < text.length) continue;
    if (!isLast) row.push("");
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  const [columns, ...others] = rows;
  return columns === undefined ? "it is empty." : { columns, rows: others };
}

const CELL_END = /[,\r\n]/g;

/** A cell and the offset of what ends it; no offset when a quote is not closed. */
function cellAt(text: string, start: number): { readonly cell: string; readonly end: number | undefined } {
  let offset = start;
  let cell = "";
  // Quotes count at the start of a cell only; after the closing one text is taken as it is.
  while (text[offset] === '"') {
    const close = text.indexOf('"', offset + 1);
    if (close === -1) return { cell, end: undefined };
    cell += text.slice(offset + 1, close);
    offset = close + 1;
    if (text[offset] !== '"') break;
    cell += '"';
  }
  CELL_END.lastIndex = offset;
  const end = CELL_END.exec(text)?.index ?? text.length;
  return { cell: cell + text.slice(offset, end), end };
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;
