import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const DEEP_ENOUGH = 50;
const PLACE = /(?:\(|\s)((?:file:\/\/)?\/[^()\s]+?):(\d+):(\d+)\)?$/;
const OWN_FILES = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Where in the code of a case the present call comes from, as `file:line:column`: the innermost place in the suite's
 * file or beside it. Undefined where the stack does not reach that far.
 */
export function callerIn(suiteFile: string | undefined): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEEP_ENOUGH;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = limit;
  const places = stack.split("\n").flatMap((line) => {
    const [, file = "", row, column] = PLACE.exec(line) ?? [];
    if (file === "") return [];
    return { file: file.startsWith("file:") ? fileURLToPath(file) : file, row, column };
  });
  const folder = suiteFile === undefined ? undefined : `${dirname(suiteFile)}/`;
  const place =
    places.find(({ file }) => folder !== undefined && file.startsWith(folder)) ??
    places.find(({ file }) => !file.startsWith(OWN_FILES) && !file.includes("/node_modules/"));
  return place && `${place.file}:${place.row}:${place.column}`;
}
