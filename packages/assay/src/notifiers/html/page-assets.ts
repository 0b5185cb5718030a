import { readFile } from "node:fs/promises";
import { ROW_ICON_STYLE } from "./icons.ts";

/** Modules of the page in the order of their imports; the report holds them as one script. */
const MODULES = ["elements.js", "detail-view.js", "result-filter.js", "report.js"] as const;

export interface PageAssets {
  readonly style: string;
  readonly script: string;
}

/**
 * The style and the script of the page, from the folder `page`. The modules there are ordinary ones, so that they can
 * be checked and linted; the report needs one text, so their import lines and `export` words are taken out.
 */
export async function loadPageAssets(): Promise<PageAssets> {
  const read = (name: string): Promise<string> => readFile(new URL(`./page/${name}`, import.meta.url), "utf8");
  const [style, ...modules] = await Promise.all([read("report.css"), ...MODULES.map(read)]);
  const script = modules.map((text) => text.replace(/^import .*;\n/gm, "").replace(/^export /gm, "")).join("\n");
  return { style: `${style}${ROW_ICON_STYLE}`, script: `(() => {\n"use strict";\n${script}})();\n` };
}
