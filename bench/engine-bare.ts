/**
 * What a run's journal costs by itself: `node bench/engine-bare.ts JOURNAL COPY` writes the lines of a journal one by one
 * into a new file and flushes it after each result. Prints one JSON document.
 */
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from "node:fs";

const [journal = "", copy = ""] = process.argv.slice(2);
const lines = readFileSync(journal, "utf8").split("\n").filter(Boolean);
const file = openSync(copy, "wx");
const startedMs = performance.now();
let results = 0;
for (const line of lines) {
  writeSync(file, `${line}\n`);
  if (!line.includes('"type":"case-finished"')) continue;
  fdatasyncSync(file);
  results += 1;
}
const elapsedMs = performance.now() - startedMs;
closeSync(file);
console.log(JSON.stringify({ elapsedMs, results }));
