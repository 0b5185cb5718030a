import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { median } from "../figure.ts";

/** Where Debian's package puts it. */
const CHROMIUM = "/usr/bin/chromium";
const ROUNDS = 3;
const TIMEOUT_MS = 60_000;

export interface OpenedReport {
  readonly megabytes: number;
  /** From the beginning of the navigation until a search has changed the rows that are shown. */
  readonly interactiveMs: number;
  /** Processor time of the page's process by then, which other programs on the machine do not change much. */
  readonly processorMs: number;
  /** From the click on a row until its details are there. */
  readonly detailMs: number;
  readonly rows: number;
}

/** Opens an HTML report in a fresh window, median of three. Undefined when there is no Chromium. */
export async function openReport(path: string): Promise<OpenedReport | undefined> {
  if (!existsSync(CHROMIUM)) return undefined;
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => browser.close());
  const times: Pick<OpenedReport, "interactiveMs" | "processorMs" | "detailMs">[] = [];
  let rows = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const page = await browser.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Performance.enable");
    const startedMs = performance.now();
    await page.goto(pathToFileURL(path).href, { timeout: TIMEOUT_MS });
    await page.locator("#search").fill("77");
    await page.locator("#shown").filter({ hasText: " of " }).waitFor();
    const interactiveMs = performance.now() - startedMs;
    const { metrics } = await devtools.send("Performance.getMetrics");
    const processorMs = 1000 * (metrics.find(({ name: metric }) => metric === "ProcessTime")?.value ?? Number.NaN);
    await page.locator("#search").fill("");
    const clickedMs = performance.now();
    await page.locator("#r0 > summary").click();
    await page.locator("#r0 .body > .facts").waitFor();
    times.push({ interactiveMs, processorMs, detailMs: performance.now() - clickedMs });
    rows = await page.locator(".batch > details").count();
    await page.close();
  }
  return {
    megabytes: (await stat(path)).size / 1e6,
    interactiveMs: median(times.map((each) => each.interactiveMs)),
    processorMs: median(times.map((each) => each.processorMs)),
    detailMs: median(times.map((each) => each.detailMs)),
    rows,
  };
}
