import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** `FORKS=500` for the long way. */
const FORKS = Number(process.env.FORKS ?? 40);
/** What forks may leave in this process for good: 500 leave no more than its own noise. */
const HEAP_MB = 8;
const RSS_MB = 64;

test(`${FORKS} forks in a row leave nothing behind`, { timeout: 120_000 + FORKS * 20_000 }, async () => {
  const script = join(import.meta.dirname, "many-forks.ts");
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script, `${FORKS}`]);
  const { before, after } = JSON.parse(stdout);
  const { heapMb, rssMb, ...had } = before;
  const { heapMb: heapAfterMb, rssMb: rssAfterMb, ...has } = after;
  expect(has).toEqual(had);
  expect(has).toMatchObject({ machines: 0, running: 0, temporary: 0 });
  expect(heapAfterMb - heapMb).toBeLessThan(HEAP_MB);
  expect(rssAfterMb - rssMb).toBeLessThan(RSS_MB);
});
