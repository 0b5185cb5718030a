import { basename } from "node:path";
import { ImageError } from "../../errors/catalogue.ts";

/** Something on the web that is to be fetched. */
export interface Address {
  /** Without name and password, which `fetch` takes in no address. */
  readonly url: URL;
  /** What the server is told besides: the name and password of the address. */
  readonly headers: Readonly<Record<string, string>>;
  /** The address as it may be shown: what comes after a question mark or before an @ often lets people in. */
  readonly called: string;
  /** Its last part, decoded; empty for the address of a folder. */
  readonly fileName: string;
}

/** Whether `place` is the address of something on the web. */
export const isAddress = (place: string): boolean => /^https?:\/\//i.test(place);

/** Reads an address that a user has given. Throws ImageError, which does not repeat what may be secret. */
export function readAddress(text: string): Address {
  if (!URL.canParse(text))
    throw new ImageError("What was given as the address of a file is none.", {
      help: "Write it as 'https://HOST/PATH', with '%20' for a blank.",
    });
  const url = new URL(text);
  const { password, username } = url;
  url.username = "";
  url.password = "";
  const login = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64");
  return {
    url,
    headers: username === "" && password === "" ? {} : { authorization: `Basic ${login}` },
    called: `${url.origin}${url.pathname}`,
    fileName: basename(decoded(url.pathname)),
  };
}

/** The file `fileName` in the same folder, for which the same login holds. */
export function besideAddress({ headers, url }: Address, fileName: string): Address {
  const beside = new URL(encodeURIComponent(fileName), url);
  return { url: beside, headers, called: `${beside.origin}${beside.pathname}`, fileName };
}

/** A lone percent sign is taken as it is, as browsers do. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
