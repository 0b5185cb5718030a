import { shellPreamble } from "../../command-line.ts";

/**
 * What the shell of a command channel reads first. From then on a command is one line that forks nothing but the
 * command itself:
 *
 * - `_assay_run ID program args…` runs a program, `_assay_eval ID text` runs shell text. Both do so in a subshell, so
 *   that `cd`, `exit`, `exec`, `set` or a syntax error stays there; sh execs the program in place of the subshell, so
 *   that it costs one fork. `set --` hides the id from the text. (Without the subshell dash would use vfork, but write
 *   its word about a death into the command's stderr; the difference is lost in the noise of an emulated guest.)
 * - `_assay_end` reports on stdout `ID status how` and on stderr `ID`. The output between two reports is the command's
 *   own, byte for byte; only who knows the next random id could forge its end.
 * - The shell's own stderr (descriptor 2) is a pipe to itself, made of a here-document; the commands' stderr is
 *   descriptor 4. When a child dies of a signal sh writes a word about it there, which tells a death by signal
 *   (`how` = s) from a program that exits with 128 or more. Without /proc the pipe cannot be had: `how` = `?`.
 */
export function bootstrapScript(readyMarker: string): string {
  return `${shellPreamble}
exec 4>&2 3<<X
x
X
_assay_line=
_assay_hears=
IFS= read -r _assay_line <&3
if [ "$_assay_line" = x ] && [ -w /proc/self/fd/3 ]; then
  _assay_hears=1
  exec 2>>/proc/self/fd/3
else
  exec 2>/dev/null
fi
_assay_end() {
  _assay_how=
  if [ "$1" -gt 128 ]; then
    if [ "$_assay_hears" ]; then
      echo . >&2
      while IFS= read -r _assay_line <&3 && [ "$_assay_line" != . ]; do _assay_how=s; done
    else
      _assay_how='?'
    fi
  fi
  echo "$2 $1 $_assay_how"
  echo "$2" >&4
}
_assay_run() {
  (shift; "$@") </dev/null 2>&4 3<&- 4>&-
  _assay_end $? "$1"
}
_assay_eval() {
  (eval "set --
$2") </dev/null 2>&4 3<&- 4>&-
  _assay_end $? "$1"
}
echo "${readyMarker} $$"
echo "${readyMarker}" >&4
`;
}
