import type { Recipe } from "../recipe.ts";
import type { AptSource } from "./source.ts";

/** Keyring of the package `debian-archive-keyring`, on this machine and in the image. */
export const debianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

const debianSuites = new Set(
  "buster bullseye bookworm trixie forky duke sid oldoldstable oldstable stable testing unstable".split(" "),
);
const suiteOf = (suite: string): string =>
  suite.replace(/(-(updates|security|proposed-updates|backports)|\/updates)$/, "");
const isSecurity = (suite: string): boolean => /(-security|\/updates)$/.test(suite);

const usable = (source: AptSource): boolean =>
  source.components.includes("main") && source.uris.some((uri) => /^https?:\/\//.test(uri));

/**
 * The archives an image of `recipe` is built from: this machine's own Debian mirrors where it has some, whatever
 * release they are used for here, else those the recipe names.
 */
export function chooseMirrors(recipe: Recipe, hostSources: readonly AptSource[]): readonly AptSource[] {
  const debian = hostSources.filter(
    (source) => usable(source) && source.suites.some((suite) => debianSuites.has(suiteOf(suite))),
  );
  const main = debian.find((source) => source.suites.some((suite) => !isSecurity(suite)));
  const security = debian.find((source) => source.suites.some(isSecurity));
  const from = (source: AptSource | undefined, fallback: string, suites: readonly string[]): AptSource => ({
    uris: [source?.uris.find((uri) => /^https?:\/\//.test(uri)) ?? fallback],
    suites,
    components: recipe.components,
    // One-line lists of older machines name no key; the archive's own keyring holds the keys of every release.
    signedBy: source?.isTrusted === true ? undefined : (source?.signedBy ?? debianKeyring),
    isTrusted: source?.isTrusted ?? false,
  });
  return [
    from(main, recipe.mirror, [recipe.suite, `${recipe.suite}-updates`]),
    from(security, recipe.securityMirror, [`${recipe.suite}-security`]),
  ];
}
