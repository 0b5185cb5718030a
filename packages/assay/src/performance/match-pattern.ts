/**
 * Whether a text is what a pattern of criteria means, by the first rule that fits, as LISA has them: `default` is
 * anything; the same text; shell wildcards; `*` for anything without `_` in any case, a plural before or behind `_`
 * being the same as the singular; a size of Azure of the same letter, number and version whose variant holds the other.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return (
    pattern === "default" ||
    pattern === text ||
    fits(wildcards(pattern), text) ||
    areWordsSame(pattern, text) ||
    areWordsSame(singular(pattern), singular(text)) ||
    isOfFamily(pattern, text)
  );
}

/** One character of a text, or any number of them. */
type Token = "any" | ((character: string) => boolean);

/** `*`, `?`, `[ab]` and `[!ab]`, as fnmatch(3) without special slashes. */
function wildcards(pattern: string): readonly Token[] {
  const parts = pattern.match(/\*+|\[!?\]?[^\]]*\]|[^*]/gsu) ?? [];
  return parts.map((part): Token => {
    if (part.startsWith("*")) return "any";
    if (part === "?") return () => true;
    return part.length > 1 && part.startsWith("[") ? oneOf(part.slice(1, -1)) : (character) => character === part;
  });
}

function oneOf(inside: string): Token {
  const isNot = inside.startsWith("!");
  const listed = (isNot ? inside.slice(1) : inside).match(/.-.|./gsu) ?? [];
  const holds = (character: string): boolean =>
    listed.some(([from = "", dash, to]) =>
      dash === undefined || to === undefined ? character === from : character >= from && character <= to,
    );
  return (character) => holds(character) !== isNot;
}

/**
 * Each `any` takes as little as it can, and only the last one takes more when the rest does not fit: a pattern of many
 * stars costs no more than its length times that of the text.
 */
function fits(tokens: readonly Token[], text: string): boolean {
  const characters = [...text];
  let [token, at] = [0, 0];
  let last: { readonly token: number; readonly at: number } | undefined;
  while (at < characters.length || token < tokens.length) {
    const wanted = tokens[token];
    const found = characters[at];
    if (wanted === "any") {
      last = { token, at };
      token++;
    } else if (wanted !== undefined && found !== undefined && wanted(found)) {
      token++;
      at++;
    } else if (last !== undefined && last.at < characters.length) {
      last = { token: last.token, at: last.at + 1 };
      token = last.token + 1;
      at = last.at;
    } else {
      return false;
    }
  }
  return true;
}

/** `*` stays within one word, so the words fit one by one. */
function areWordsSame(pattern: string, text: string): boolean {
  const [wanted, found] = [pattern, text].map((each) => each.toLowerCase().split("_"));
  if (wanted === undefined || found === undefined || wanted.length !== found.length) return false;
  return wanted.every((word, index) => fits(stars(word), found[index] ?? ""));
}

const stars = (word: string): readonly Token[] =>
  (word.match(/\*+|[^*]/gsu) ?? []).map((part) => (part.startsWith("*") ? "any" : (character) => character === part));

const singular = (text: string): string => text.replaceAll(/s_|_s/gi, "_");

const SIZE = /^Standard_(?<letter>[a-z*])(?<count>\d+|\*)(?<variant>[a-z*]*)_v(?<version>\d+|\*)$/i;

function isOfFamily(pattern: string, text: string): boolean {
  const [wanted, found] = [SIZE.exec(pattern)?.groups, SIZE.exec(text)?.groups];
  if (wanted === undefined || found === undefined) return false;
  const isSame = (part: string): boolean =>
    wanted[part] === "*" || wanted[part]?.toLowerCase() === found[part]?.toLowerCase();
  const [one, other] = [variantOf(wanted), variantOf(found)];
  return ["letter", "count", "version"].every(isSame) && (one.includes(other) || other.includes(one));
}

const variantOf = ({ variant = "" }: Readonly<Record<string, string>>): string =>
  variant.replaceAll("*", "").toLowerCase();
