interface Translated {
  readonly ok: true;
  readonly source: string;
  /** `s` and `m` when the pattern asks for them; case is always ignored in runbooks. */
  readonly flags: string;
}

interface Untranslatable {
  readonly ok: false;
  /** Part of a sentence. */
  readonly reason: string;
  readonly offset: number;
}

/** Letters after a backslash that mean the same in Python and JavaScript, or are translated below. */
const KNOWN_ESCAPES = /[AbBdDfnrsStuvwWxZ0-9]/;

/**
 * Rewrites a Python `re` pattern for JavaScript: named groups and references, inline flags, comments, `\A` and `\Z`,
 * brackets that start with `]`. What JavaScript cannot say is refused with its place.
 */
export function translatePythonPattern(pattern: string): Translated | Untranslatable {
  let source = "";
  let flags = "";
  let index = 0;
  const openGroups: number[] = [];
  let canRepeat = false;
  const refuse = (reason: string, offset: number): Untranslatable => ({ ok: false, reason, offset });

  while (index < pattern.length) {
    const rest = pattern.slice(index, index + 120);
    const character = pattern[index] ?? "";
    if (character === "\\") {
      const escaped = pattern[index + 1];
      if (escaped === undefined) return refuse("it ends with a backslash", index);
      if (/[a-zA-Z0-9]/.test(escaped) && !KNOWN_ESCAPES.test(escaped)) {
        return refuse(`'\\${escaped}' is no known escape`, index);
      }
      source += escaped === "A" ? "(?<![\\s\\S])" : escaped === "Z" ? "(?![\\s\\S])" : `\\${escaped}`;
      index += 2;
      canRepeat = true;
    } else if (character === "[") {
      const end = endOfSet(pattern, index);
      if (end === undefined) return refuse("a '[' is not closed", index);
      source += setForJavaScript(pattern.slice(index, end + 1));
      index = end + 1;
      canRepeat = true;
    } else if (character === "(") {
      const group = openingOf(rest);
      if (!group.ok) return refuse(group.reason, index);
      index += group.length;
      if (group.flags !== undefined) {
        if (source !== "") return refuse("flags such as '(?i)' must stand at its start", index - group.length);
        flags += [...group.flags].filter((flag) => "sm".includes(flag) && !flags.includes(flag)).join("");
      } else if (group.isWhole) {
        source += group.source;
        canRepeat = group.source !== "";
      } else {
        openGroups.push(index - group.length);
        source += group.source;
        canRepeat = false;
      }
    } else if (character === ")") {
      if (openGroups.pop() === undefined) return refuse("a ')' has no '('", index);
      source += ")";
      index += 1;
      canRepeat = true;
    } else {
      const repeat = /^(?:[*+?]|\{(?:\d+(?:,\d*)?|,\d+)\})/.exec(rest)?.[0];
      if (repeat !== undefined) {
        if (!canRepeat) return refuse(`there is nothing before '${repeat}' to repeat`, index);
        const after = pattern[index + repeat.length];
        if (after === "+") return refuse("possessive repetition is not supported", index);
        const isLazy = after === "?";
        source += `${repeat.replace("{,", "{0,")}${isLazy ? "?" : ""}`;
        index += repeat.length + (isLazy ? 1 : 0);
        canRepeat = false;
        continue;
      }
      source += character === "{" || character === "}" ? `\\${character}` : character;
      index += 1;
      canRepeat = character !== "|" && character !== "^";
    }
  }
  const unclosed = openGroups.pop();
  if (unclosed !== undefined) return refuse("a '(' is not closed", unclosed);
  return { ok: true, source, flags };
}

type Opening =
  | {
      readonly ok: true;
      readonly length: number;
      readonly source: string;
      readonly isWhole: boolean;
      readonly flags?: string;
    }
  | { readonly ok: false; readonly reason: string };

/** What the text that starts with `(` opens. `isWhole` when it also closes it (references, comments). */
function openingOf(rest: string): Opening {
  if (!rest.startsWith("(?")) return { ok: true, length: 1, source: "(", isWhole: false };
  const named = /^\(\?P<([A-Za-z_]\w*)>/.exec(rest);
  if (named !== null) return { ok: true, length: named[0].length, source: `(?<${named[1]}>`, isWhole: false };
  const reference = /^\(\?P=([A-Za-z_]\w*)\)/.exec(rest);
  if (reference !== null)
    return { ok: true, length: reference[0].length, source: `\\k<${reference[1]}>`, isWhole: true };
  const comment = /^\(\?#[^)]*\)/.exec(rest);
  if (comment !== null) return { ok: true, length: comment[0].length, source: "", isWhole: true };
  const plain = /^\(\?(?::|=|!|<=|<!)/.exec(rest);
  if (plain !== null) return { ok: true, length: plain[0].length, source: plain[0], isWhole: false };
  const inlineFlags = /^\(\?([aiLmsux]+)\)/.exec(rest);
  if (inlineFlags?.[1] !== undefined) {
    if (/[xL]/.test(inlineFlags[1])) return { ok: false, reason: "the flags 'x' and 'L' are not supported" };
    return { ok: true, length: inlineFlags[0].length, source: "", isWhole: true, flags: inlineFlags[1] };
  }
  const scopedFlags = /^\(\?([ims]*)(?:-([ims]+))?:/.exec(rest);
  if (scopedFlags !== null) return { ok: true, length: scopedFlags[0].length, source: scopedFlags[0], isWhole: false };
  return { ok: false, reason: `'${rest.slice(0, 3)}' is not supported` };
}

/** Index of the `]` that closes the set at `start`. A `]` right after the start is an ordinary character. */
function endOfSet(pattern: string, start: number): number | undefined {
  let index = start + 1;
  if (pattern[index] === "^") index += 1;
  if (pattern[index] === "]") index += 1;
  for (; index < pattern.length; index += 1) {
    if (pattern[index] === "\\") index += 1;
    else if (pattern[index] === "]") return index;
  }
  return undefined;
}

/** `[]a]` is an empty set followed by text in JavaScript. */
const setForJavaScript = (set: string): string => set.replace(/^(\[\^?)\]/, "$1\\]");
