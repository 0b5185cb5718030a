import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { htmlNotifier } from "../../packages/assay/src/notifiers/html/html-notifier.ts";
import { writeManyResults } from "./fixtures/many-results.ts";
import { writeRealisticRun } from "./fixtures/realistic-run.ts";

const DESKTOP = { viewport: { width: 1200, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };

let browser: Browser;
let runFolder: string;
let screenshots: string;

beforeAll(async () => {
  runFolder = mkdtempSync(join(tmpdir(), "assay-html-"));
  screenshots = mkdtempSync(join(tmpdir(), "assay-screenshots-"));
  const notifier = htmlNotifier({ runFolder });
  for (const event of writeRealisticRun(runFolder)) notifier.onEvent(event);
  await notifier.close();
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
});
afterAll(async () => {
  await browser?.close();
  rmSync(runFolder, { recursive: true, force: true });
  // Kept on purpose: a person looks at the pictures.
  console.log(`Screenshots are in ${screenshots}`);
});

/** Opens the report and holds every complaint of the browser and every request against the test. */
async function open(options: BrowserContextOptions, hash = "", folder = runFolder): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const address = pathToFileURL(join(folder, "report.html")).href;
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (request.url().replace(/#.*/, "") !== address) complaints.push(`request: ${request.url()}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  await page.goto(`${address}${hash}`);
  return page;
}

const visibleRows = (page: Page) => page.locator(".batch > details:visible");
const row = (page: Page, name: string) => page.locator(".batch > details").filter({ hasText: name });
const picture = (page: Page, name: string) =>
  page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });

async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
}

test("verdict, counts and all results are there, what needs a person first", async () => {
  const page = await open(DESKTOP);
  expect(await page.title()).toBe("Failed: default");
  expect(await page.locator("h1").textContent()).toBe("Failed");
  expect(await page.locator(".counts").textContent()).toContain("23 passed");
  expect(await visibleRows(page).count()).toBe(30);
  const states = await page.locator("#rows .state").allInnerTexts();
  expect(states.slice(0, 5).map((text) => text.trim())).toEqual(["Failed", "Failed", "Failed", "Attempted", "Passed"]);
  await expectNoSidewaysScrolling(page);
  await picture(page, "light");
});

test("filter, search and sort choose and order the rows", async () => {
  const page = await open(DESKTOP);
  await page.getByRole("button", { name: /^Failed/ }).click();
  expect(await visibleRows(page).count()).toBe(3);
  expect(await page.locator("#shown").textContent()).toBe("3 of 30");
  await page.keyboard.press("/");
  await page.keyboard.type("KPROBE panicked");
  expect(await visibleRows(page).count()).toBe(1);
  await page.locator("#search").fill("no such case");
  await page.getByRole("button", { name: "Show all" }).click();
  expect(await visibleRows(page).count()).toBe(30);
  await page.locator("#sort").selectOption("plan");
  expect(await page.locator("#rows .name").first().textContent()).toBe("Provisioning.smoke_test");
  await page.locator("#sort").selectOption("duration");
  const longest = await page.locator("#rows .name").first().textContent();
  expect(longest).toBe("Provisioning.verify_reboot_in_platform");
});

test("hundreds of rows are laid out as one list, however they are filtered and sorted", async () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-html-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const notifier = htmlNotifier({ runFolder: folder });
  for (const event of writeManyResults(folder, 350)) notifier.onEvent(event);
  await notifier.close();
  const page = await open(DESKTOP, "#r305", folder);
  await page.locator("#r305 .body > .facts").waitFor();
  await page.locator("#sort").selectOption("duration");
  const names = page.locator("#rows .name");
  expect(await names.count()).toBe(350);
  expect(await names.first().textContent()).toBe("Many.verify_00349");
  expect(await names.last().textContent()).toBe("Many.verify_00000");
  await page.locator("#search").fill("no such case");
  expect(await page.locator("#nothing").isVisible()).toBe(true);
  await page.locator("#search").fill("77");
  expect(await visibleRows(page).count()).toBe(3);
  // No room is kept for rows that are not shown.
  const bottoms = await visibleRows(page).evaluateAll((rows) =>
    rows.map((each) => each.getBoundingClientRect().bottom),
  );
  expect(Math.max(...bottoms) - Math.min(...bottoms)).toBeLessThan(200);
  await picture(page, "many");
});

test("a search finds the same whether rows were opened before it or not", async () => {
  const page = await open(DESKTOP);
  const panicked = row(page, "verify_enable_kprobe");
  await panicked.locator("summary").first().click();
  await panicked.locator(".body > .facts").waitFor();
  await page.locator("#search").fill("RIP: 0010:kprobe_register");
  expect(await page.locator("#shown").textContent()).toBe("0 of 30");
});

test("a row opens with the keyboard and shows message, log, commands and links to files that exist", async () => {
  const page = await open(DESKTOP);
  const failed = row(page, "verify_boot_error_fail_warnings");
  expect(await failed.locator(".log").count()).toBe(0);
  await failed.locator("summary").first().focus();
  await page.keyboard.press("Enter");
  expect(await failed.locator(".message").textContent()).toContain("<script>alert('guest')</script>");
  expect(await failed.locator(".log").textContent()).toContain("</script><img src=x onerror=alert(1)> <U+202E>evil");
  expect(await failed.locator(".part", { hasText: "Analysis" }).locator("p").allInnerTexts()).toEqual([
    "AI",
    "The disk is gone.",
    "<img src=x onerror=alert(2)> <U+202E>evil",
  ]);
  const command = failed.locator(".command").filter({ hasText: "journalctl -b" });
  await command.locator("summary").click();
  expect(await command.locator("pre").first().textContent()).toContain("</pre></script><script>document.title");
  expect(await failed.locator(".outcome.bad").allInnerTexts()).toEqual(["exit 1"]);
  await failed.getByText("Serial console").click();
  expect(await failed.getByText("OpenBSD Secure Shell server").isVisible()).toBe(true);
  const links = await failed.locator(".files a").evaluateAll((found) => found.map((link) => link.getAttribute("href")));
  expect(links.length).toBe(4);
  for (const link of links) expect(existsSync(join(runFolder, decodeURIComponent(link ?? "nothing")))).toBe(true);
  expect(await page.title()).toBe("Failed: default");
  await expectNoSidewaysScrolling(page);
  await picture(page, "light-open");
});

test("a panic, subtests, metrics and reboot time are shown where they happened", async () => {
  const page = await open(DESKTOP);
  const opened = async (name: string) => {
    await row(page, name).locator("summary").first().click();
    // The body is filled by an event that the browser sends after the click.
    await row(page, name).locator(".body > .facts").waitFor();
    return row(page, name).locator(".body").textContent();
  };
  expect(await opened("verify_enable_kprobe")).toContain("RIP: 0010:kprobe_register+0x1c/0x90");
  expect(await opened("verify_essential_kernel_modules")).toMatch(/virtio_blk\s*44 ms\s*built as a module/);
  expect(await opened("smoke_test")).toMatch(/61\.4 s[\s\S]*Guest rebooting 1 min 1 s/);
});

test("a link to one result opens it, from outside and from the timeline", async () => {
  const page = await open(DESKTOP, "#r2");
  await page.locator("#r2[open]").waitFor();
  await page.getByRole("button", { name: /^Skipped/ }).click();
  await page.locator('#timeline a[href="#r0"] rect').click();
  // The browser tells the page of the new address after the click.
  await page.locator("#r0[open] .about").waitFor();
});

test("the dark scheme is dark and readable", async () => {
  const page = await open({ ...DESKTOP, colorScheme: "dark" });
  await row(page, "verify_boot_error_fail_warnings").locator("summary").first().click();
  const brightness = async (selector: string, property: "color" | "backgroundColor"): Promise<number> => {
    const colour = String(await page.evaluate(`getComputedStyle(document.querySelector("${selector}")).${property}`));
    const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
    return (red * 299 + green * 587 + blue * 114) / 1000;
  };
  expect(await brightness("html", "backgroundColor")).toBeLessThan(40);
  for (const selector of ["body", ".name", ".about", ".log", ".state", ".facts dt"]) {
    expect(await brightness(selector, "color"), selector).toBeGreaterThan(110);
  }
  await picture(page, "dark-open");
});

test("on a phone nothing scrolls sideways, with everything open", async () => {
  const page = await open({ ...PHONE, colorScheme: "light" });
  await expectNoSidewaysScrolling(page);
  await picture(page, "phone");
  for (const summary of await page.locator(".batch > details > summary").all()) await summary.click();
  await page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true");
  await expectNoSidewaysScrolling(page);
  await picture(page, "phone-open");
});

test("a browser that cannot unpack the details says so in the row", async () => {
  const page = await open(DESKTOP);
  await page.evaluate("delete globalThis.DecompressionStream");
  await row(page, "verify_enable_kprobe").locator("summary").first().click();
  await row(page, "verify_enable_kprobe").getByText("cannot be unpacked here").waitFor();
});

test("without scripts verdict, results and messages can be read", async () => {
  const page = await open({ ...DESKTOP, javaScriptEnabled: false });
  expect(await page.locator("h1").textContent()).toBe("Failed");
  await row(page, "verify_boot_error_fail_warnings").locator("summary").first().click();
  expect(await row(page, "verify_boot_error_fail_warnings").locator(".message").isVisible()).toBe(true);
});
