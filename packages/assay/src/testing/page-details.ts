import { gunzipSync } from "node:zlib";

/** The JSON of the details that an HTML report carries for its script: one list for all rows. */
export function pageDetails(page: string): string {
  const blocks = page.matchAll(/<script type="application\/gzip" class="packed" data-rows="\d+">(.*?)<\/script>/gs);
  const texts = [...blocks].map(([, packed = ""]) => gunzipSync(Buffer.from(packed, "base64")).toString());
  return `[${texts.map((text) => text.slice(1, -1)).join(",")}]`;
}
