import type { CST, Document, Parser } from "yaml";
import type { Problems } from "../problems.ts";
import type { Position } from "../types.ts";
import { isTooLarge, type LocatedValue } from "../value.ts";
import { convertDocument } from "./convert.ts";
import { type Excess, untilExcess } from "./nesting.ts";

/** Characters; the largest runbook seen in the field has 5,000. */
const MAX_FILE_LENGTH = 1_000_000;

/**
 * Reads one YAML 1.1 document the way PyYAML's safe_load does, keeping places. Gives undefined when the text is no YAML;
 * every problem goes to `problems`: F01 (syntax, tags, aliases, size), F02 (empty), F04 (duplicate keys).
 */
export type YamlParser = (file: string, text: string, problems: Problems) => LocatedValue | undefined;

/** Loads the YAML library, which start-up does not need, and gives the parser. */
export async function loadYamlParser(): Promise<YamlParser> {
  const yaml = await import("yaml");
  return (file, text, problems) => parseYaml(yaml, file, text, problems);
}

function parseYaml(
  yaml: typeof import("yaml"),
  file: string,
  text: string,
  problems: Problems,
): LocatedValue | undefined {
  const start: Position = { file, line: 1, column: 1 };
  if (text.length > MAX_FILE_LENGTH) {
    const message = `'${file}' is too large: ${text.length} characters, at most ${MAX_FILE_LENGTH} are read.`;
    problems.error("F01", message, start, {
      help: "Split it with 'include', or check that this is the file you mean.",
    });
    return undefined;
  }
  const { LineCounter } = yaml;
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let index = text.indexOf("\n"); index !== -1; index = text.indexOf("\n", index + 1)) lines.addNewLine(index + 1);
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line, column: col };
  };
  const refuseDepth = (position: Position): undefined => {
    problems.error("F01", "The file nests too deep here.", position, {
      help: "No runbook needs this; check for brackets that are not closed.",
    });
  };

  const composed = compose(yaml, text);
  if (composed.excess?.kind === "tokens") {
    problems.error("F01", `'${file}' holds too much data.`, positionAt(composed.excess.offset), {
      help: "Split it with 'include', or check that this is the file you mean.",
    });
    return undefined;
  }
  if (composed.excess !== undefined) return refuseDepth(positionAt(composed.excess.offset));
  const { documents } = composed;
  const [first, second] = documents;
  const syntaxErrors = documents.flatMap((document) => document.errors);
  if (syntaxErrors.length > 0) {
    for (const error of syntaxErrors.slice(0, 5)) {
      const position = positionAt(error.pos[0]);
      problems.error("F01", `The file is no valid YAML: ${withFullStop(error.message)}`, position, {
        help: helpForSyntax(text, error.pos[0]),
      });
    }
    return undefined;
  }
  if (first?.contents === null || first === undefined || /^\s*$/.test(text)) {
    problems.error("F02", `'${file}' is empty.`, start, {
      help: "A runbook needs at least 'platform' and 'testcase'.",
    });
    return undefined;
  }
  if (second !== undefined) {
    problems.error("F01", "The file holds more than one YAML document.", positionAt(second.range[0]), {
      help: "Put each document into a file of its own and join them with 'include'.",
    });
    return undefined;
  }
  const root = convertDocument(first.contents, { yaml, positionAt, problems });
  if (isTooLarge(root)) {
    problems.error("F01", `The aliases in '${file}' expand to too much data.`, start, {
      help: "An alias that holds aliases multiplies; write the values out or use variables.",
    });
    return undefined;
  }
  return root;
}

interface Composed {
  readonly documents: readonly Document.Parsed[];
  /** Set when the text was given up, so that the documents are not all of it. */
  readonly excess: Excess | undefined;
}

/** Lexes, parses and composes in one pass, which stops where the text gets out of hand. */
function compose({ Composer, Lexer, Parser }: typeof import("yaml"), text: string): Composed {
  const documents: Document.Parsed[] = [];
  let excess: Excess | undefined;
  const lexemes = untilExcess(new Lexer().lex(text), text.length, (found) => {
    excess = found;
  });
  // The failsafe schema leaves every scalar a string; what a plain scalar means is decided by our own PyYAML rules.
  const composer = new Composer({
    schema: "failsafe",
    version: "1.1",
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const { stackTraceLimit } = Error;
  // The composer makes an error object for each of maybe 100,000 syntax errors; their stacks would take ten times longer.
  Error.stackTraceLimit = 0;
  try {
    for (const document of composer.compose(untilHopeless(parsed(new Parser(), lexemes)), true, text.length)) {
      documents.push(document);
      // A second one is refused, so that what comes behind it need not be read.
      if (documents.length > 1) break;
    }
  } catch (error) {
    // The composer recurses; block indentation can still be deeper than its stack.
    if (!(error instanceof RangeError)) throw error;
    excess ??= { kind: "depth", offset: 0 };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return { documents, excess };
}

function* parsed(parser: Parser, lexemes: Iterable<string>): Iterable<CST.Token> {
  for (const lexeme of lexemes) yield* parser.next(lexeme);
  yield* parser.end();
}

/** Text that is no YAML at all gives an error every few characters; the first ones tell enough. */
const MOST_SYNTAX_ERRORS = 20;

function* untilHopeless(tokens: Iterable<CST.Token>): Iterable<CST.Token> {
  let bad = 0;
  for (const token of tokens) {
    yield token;
    // A runbook has no directives but '%YAML 1.1'; a file full of them is no runbook either.
    if (token.type === "error" || token.type === "directive") bad += 1;
    if (bad > MOST_SYNTAX_ERRORS) return;
  }
}

const withFullStop = (message: string): string => (/[.!?]$/.test(message) ? message : `${message}.`);

function helpForSyntax(text: string, offset: number): string {
  const lineStart = text.lastIndexOf("\n", Math.max(0, offset - 1)) + 1;
  const indent = /^\s*/.exec(text.slice(lineStart, lineStart + 200))?.[0] ?? "";
  if (indent.includes("\t")) return "The line is indented with a tab; YAML wants spaces.";
  return "Check the indentation of this line and the one before, and quote text that holds ': ' or starts with one of '@`%*&!|>[{'.";
}
