import { gunzipSync } from "node:zlib";

/** The JSON of the details that an HTML report carries for its script. */
export function pageDetails(page: string): string {
  const packed = /<script type="application\/gzip" id="details">(.*?)<\/script>/s.exec(page)?.[1] ?? "";
  return gunzipSync(Buffer.from(packed, "base64")).toString();
}
