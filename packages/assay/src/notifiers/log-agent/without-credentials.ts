/** What looks like a credential, whoever's it is; the first group stays. */
const CREDENTIALS: readonly RegExp[] = [
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(\b(?:authorization|proxy-authorization)\s*[:=]\s*(?:basic|bearer|digest|negotiate)?\s*)\S+/gi,
  /(\bbearer\s+)[\w.~+/=-]{8,}/gi,
  /((?:pass(?:word|wd|phrase)|secret|token|api[-_]?key|access[-_]?key|account[-_]?key)["']?\s*[:=]\s*["']?)[^\s"',;]+/gi,
  /([?&]sig=)[^\s&"']+/gi,
  /(\b[a-z][a-z\d+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi,
  /(\b)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /(\b)(?:AKIA|ASIA)[A-Z\d]{16}\b/g,
  /(^[a-z_][\w.-]*:)\$[\w$./=-]{8,}(?=:)/gm,
];

/**
 * The text without what looks like a credential: guests print passwords, tokens and keys that no runbook knows. Rather
 * too much is taken out than too little, because the text leaves the host.
 */
export const withoutCredentials = (text: string): string =>
  CREDENTIALS.reduce((left, pattern) => left.replace(pattern, "$1******"), text);
