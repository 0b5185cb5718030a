/** What looks like a credential, whoever's it is; the first group stays. */
const CREDENTIALS: readonly RegExp[] = [
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(\b(?:authorization|proxy-authorization)\s*[:=]\s*(?:basic|bearer|digest|negotiate)?\s*)\S+/gi,
  /(\bbearer\s+)[\w.~+/=-]{8,}/gi,
  /((?:pass(?:word|wd|phrase)|secret|token|api[-_]?key|access[-_]?key|account[-_]?key)["']?\s*[:=]\s*["']?)[^\s"',;]+/gi,
  /(--[\w-]{0,40}(?:pass(?:word|wd|phrase)|secret|token|api-key)\s+["']?)[^\s"']+/gi,
  /(\s(?:-u|--user)[ =]["']?[^\s:"']{1,64}:)[^\s"']+/g,
  /([?&]sig=)[^\s&"']+/gi,
  /(\b[a-z][a-z\d+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi,
  /(\b)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /(\b)(?:AKIA|ASIA)[A-Z\d]{16}\b/g,
  /(\b)(?:gh[opsur]_|github_pat_|glpat-|xox[abps]-)[\w-]{16,}/g,
  /(^[a-z_][\w.-]*:)\$[\w$./=-]{8,}(?=:)/gm,
];

/**
 * The text without what looks like a credential: guests print passwords, tokens and keys that no runbook knows. Rather
 * too much is taken out than too little, because the text leaves the host.
 */
export const withoutCredentials = (text: string): string =>
  withoutKeyEnds(CREDENTIALS.reduce((left, pattern) => left.replace(pattern, "$1******"), text));

const KEY_END = /^-----END [A-Z ]*PRIVATE KEY-----/;
const BASE64_LINE = /^\s*[A-Za-z\d+/=]+\s*$/;

/** Keys whose beginning is not in the text, because it is the end of a file. */
function withoutKeyEnds(text: string): string {
  if (!text.includes("-----END ")) return text;
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    if (!KEY_END.test(line.trimStart())) {
      kept.push(line);
      continue;
    }
    while (BASE64_LINE.test(kept.at(-1) ?? "")) kept.pop();
    kept.push("******");
  }
  return kept.join("\n");
}
