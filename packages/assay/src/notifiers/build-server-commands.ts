/**
 * Text for a log that a build server reads: what it would take for a command gets a blank inside. GitHub obeys lines that
 * begin with `::` and `##[` anywhere, Azure Pipelines `##vso[`; a guest could hide failures or invent them.
 */
export const withoutCommands = (text: string): string =>
  text.replace(/^([ \t]*):(?=:)/gm, "$1: ").replace(/##(?=(?:vso)?\[)/g, "# #");
