/**
 * Names that dash, bash or busybox run inside the shell. POSIX has the first line as special builtins and the second
 * as those that any sh must have itself; the third is what the three add.
 */
const names = `
. : break continue eval exec exit export readonly return set shift times trap unset
alias bg cd command false fc fg getopts hash jobs kill newgrp pwd read true type ulimit umask unalias wait
[ bind builtin caller chdir compgen complete compopt declare dirs disown echo enable help history let local logout
mapfile popd printf pushd readarray shopt source suspend test typeset
`;

/** Commands that may exist only inside the shell, so that they cannot be started with `exec`. */
export const shellBuiltins: ReadonlySet<string> = new Set(names.trim().split(/\s+/));
