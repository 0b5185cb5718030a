import { element, icon } from "./elements.js";

/** @typedef {import("../result-detail.ts").ResultDetail} ResultDetail */
/** @typedef {import("../result-detail.ts").DetailCommand} DetailCommand */

const CANNOT_UNPACK = "The details cannot be unpacked here. The case's folder beside this file has them.";

/** Details of the rows that follow each other, by the element that has them packed. */
const unpacked = /** @type {Map<Element, Promise<readonly ResultDetail[]>>} */ (new Map());

/**
 * Fills the body of a result's row, once, when it is first opened: a page of thousands of results opens at once.
 *
 * @param {HTMLElement} row
 */
export async function fillDetail(row) {
  const body = row.querySelector(".body");
  if (body === null || row.dataset.filled === "yes") return;
  row.dataset.filled = "yes";
  // Missing in a copy that was cut off, or in a browser from before 2023.
  const detail = await detailOf(Number(row.id.slice(1))).catch(() => undefined);
  if (detail === undefined) {
    body.append(element("p", { class: "muted" }, CANNOT_UNPACK));
    return;
  }
  const message = body.querySelector(".message");
  if (detail.message !== "" && message !== null) message.textContent = detail.message;
  body.append(
    ...[
      detail.about === "" ? undefined : element("p", { class: "about" }, detail.about),
      detail.panic === "" ? undefined : section("Kernel", output(detail.panic)),
      subtests(detail),
      analyses(detail),
      pollution(detail),
      metrics(detail),
      log(detail),
      commands(detail),
      detail.serial === "" ? undefined : folded("Serial console", output(detail.serial)),
      detail.stack === "" ? undefined : folded("Stack", output(detail.stack)),
      files(detail),
      times(detail),
      facts(detail),
    ].filter((part) => part !== undefined),
  );
}

/**
 * @param {number} row
 * @returns {Promise<ResultDetail | undefined>}
 */
async function detailOf(row) {
  const blocks = document.querySelectorAll("script.packed");
  const size = Number(blocks[0]?.getAttribute("data-rows"));
  const block = blocks[Math.floor(row / size)];
  if (block === undefined) return undefined;
  const details = unpacked.get(block) ?? unpack(block.textContent ?? "");
  unpacked.set(block, details);
  return (await details)[row % size];
}

/**
 * Reads the base64 of gzipped JSON.
 *
 * @param {string} packed
 * @returns {Promise<readonly ResultDetail[]>}
 */
async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

/**
 * @param {string} title
 * @param {readonly (Node | undefined)[]} content
 */
function section(title, ...content) {
  return element("div", { class: "part" }, element("h3", {}, title), ...content);
}

/**
 * @param {string} title
 * @param {HTMLElement} content
 */
function folded(title, content) {
  const made = element("details", { class: "fold part" }, element("summary", {}, title), content);
  // What counts in a console is its end; it has a height only once it is open.
  made.addEventListener("toggle", () => {
    content.scrollTop = content.scrollHeight;
  });
  return made;
}

/**
 * A box of text as the guest wrote it. It can be scrolled, so it takes the keyboard focus.
 *
 * @param {string} text
 * @param {string} kind
 */
function output(text, kind = "") {
  return element("pre", { class: kind, tabindex: "0" }, text);
}

/** @param {ResultDetail} detail */
function subtests(detail) {
  if (detail.subtests.length === 0) return undefined;
  const rows = detail.subtests.map(({ key, word, name, message, took }) =>
    element(
      "tr",
      {},
      element("td", { class: `state ${key}` }, icon(key), word),
      element("th", { scope: "row" }, name),
      element("td", { class: "number" }, took),
      element("td", {}, message),
    ),
  );
  return section("Subtests", element("div", { class: "scroll" }, element("table", {}, element("tbody", {}, ...rows))));
}

/** @param {ResultDetail} detail */
function analyses(detail) {
  if (detail.analyses.length === 0) return undefined;
  const texts = detail.analyses.flatMap(([by, lines]) => [
    element("p", { class: "muted" }, by),
    ...lines.filter((line) => line.trim() !== "").map((line) => element("p", {}, line)),
  ]);
  return section("Analysis", ...texts);
}

/** @param {ResultDetail} detail */
function pollution(detail) {
  if (detail.pollution.length === 0) return undefined;
  const lists = detail.pollution.flatMap(([node, lines]) => [
    element("p", { class: "muted" }, node),
    element("ul", { class: "left-behind" }, ...lines.map((line) => element("li", {}, line))),
  ]);
  return section("Left behind", ...lists);
}

/** @param {ResultDetail} detail */
function metrics(detail) {
  if (detail.metrics.length === 0) return undefined;
  const entries = detail.metrics.map(([name, value, unit]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, element("b", {}, value), ` ${unit}`)),
  );
  return section("Metrics", element("dl", { class: "facts" }, ...entries));
}

/** @param {ResultDetail} detail */
function log(detail) {
  if (detail.log.length === 0 && detail.droppedLogLines === 0) return undefined;
  const lines = detail.log.map(([after, level, text]) =>
    element("div", { class: level }, element("span", { class: "after" }, after), element("span", {}, text)),
  );
  const note = `${detail.droppedLogLines} log lines are left out here; case.log has them.`;
  return section(
    "Log",
    detail.droppedLogLines > 0 ? element("p", { class: "muted" }, note) : undefined,
    lines.length > 0
      ? element("div", { class: "log", tabindex: "0", role: "group", "aria-label": "Log" }, ...lines)
      : undefined,
  );
}

/** @param {ResultDetail} detail */
function commands(detail) {
  if (detail.commands.length === 0) return undefined;
  const earlier = `${detail.earlierCommands} earlier commands are in commands.ndjson.`;
  return section(
    "Commands",
    detail.earlierCommands > 0 ? element("p", { class: "muted" }, earlier) : undefined,
    element("div", { class: "commands" }, ...detail.commands.map(command)),
  );
}

/** @param {DetailCommand} given */
function command(given) {
  const line = [
    element("code", {}, given.command),
    element("span", { class: given.isFailure ? "outcome bad" : "outcome" }, given.outcome),
    element("span", { class: "took", title: given.node }, given.took),
  ];
  if (given.stdout === "" && given.stderr === "") return element("div", { class: "invocation" }, ...line);
  return element(
    "details",
    { class: "command" },
    element("summary", { class: "invocation" }, ...line),
    given.stdout === "" ? undefined : output(given.stdout),
    given.stderr === "" ? undefined : output(given.stderr, "stderr"),
  );
}

/** @param {ResultDetail} detail */
function files(detail) {
  if (detail.files.length === 0) return undefined;
  const links = detail.files.map(({ name, href, size }) =>
    element("li", {}, element("a", { href }, name), element("span", { class: "muted" }, ` ${size}`)),
  );
  return section("Files", element("ul", { class: "files" }, ...links));
}

/** @param {ResultDetail} detail */
function times(detail) {
  if (detail.times.length === 0) return undefined;
  const total = detail.times.reduce((sum, { ms }) => sum + ms, 0);
  const bar = element("div", { class: "shares" });
  const words = detail.times.map(({ key, label, ms, text }) => {
    const share = element("span", { class: key });
    // Through the object model, because the page's policy forbids style attributes.
    share.style.flexGrow = String(ms / total);
    bar.append(share);
    return element("li", { class: key }, `${label} ${text}`);
  });
  return section("Time", bar, element("ul", { class: "times" }, ...words));
}

/** @param {ResultDetail} detail */
function facts(detail) {
  const entries = detail.facts.map(([label, value]) =>
    element("div", {}, element("dt", {}, label), element("dd", {}, value)),
  );
  return element("dl", { class: "facts part" }, ...entries);
}
