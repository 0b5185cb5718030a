import { expect, test } from "vitest";
import { parseCsv } from "./csv.ts";

/** What Python's `csv.reader` gives for the text, empty lines left out. */
const TABLES: readonly (readonly [string, string, readonly (readonly string[])[]])[] = [
  ["plain", "a,b\n1,2\n3,4\n", [["a", "b"], ["1", "2"], ["3", "4"]]], // biome-ignore format: rows stay readable
  ["no line end at the end", "a,b\n1,2", [["a", "b"], ["1", "2"]]], // biome-ignore format: rows stay readable
  ["Windows line ends", "a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]], // biome-ignore format: rows stay readable
  ["a byte-order mark", "\ufeffa\n1\n", [["a"], ["1"]]],
  ["empty lines", "a\n\n1\n\n", [["a"], ["1"]]],
  ["empty cells", "a,b\n,\n1,\n", [["a", "b"], ["", ""], ["1", ""]]], // biome-ignore format: rows stay readable
  ["an empty cell at the very end", "a,b\n1,", [["a", "b"], ["1", ""]]], // biome-ignore format: rows stay readable
  ["quotes", '"a, b","c""d","e\nf"\n', [["a, b", 'c"d', "e\nf"]]],
  ["text after a closing quote", '"a"b,c\n', [["ab", "c"]]],
  ["a quote inside a cell", 'a"b",c\n', [['a"b"', "c"]]],
  ["short and long rows", "a,b\n1\n1,2,3\n", [["a", "b"], ["1"], ["1", "2", "3"]]],
  ["blanks are kept", "a, b\n 1 ,2\n", [["a", " b"], [" 1 ", "2"]]], // biome-ignore format: rows stay readable
];

test.each(TABLES)("%s", (_, text, [columns, ...rows]) => {
  expect(parseCsv(text)).toEqual({ columns, rows });
});

test("what is no table is told", () => {
  expect(parseCsv("\n\n")).toBe("it is empty.");
  expect(parseCsv('a\n1\n"b\n')).toBe("the quote in line 3 is not closed.");
});
