/**
 * Shell text that signals every process of the session and of the group that `sessionId` leads, and the leader; needs
 * nothing but sh and /proc. With KILL it repeats until none is left, since a process may fork while the list is read.
 * State, group and session: fields 3, 5 and 6 of /proc/PID/stat, proc(5), counted from behind the name, as a name may
 * hold blanks.
 */
export function endSessionScript(sessionId: number, signal: "TERM" | "KILL"): string {
  const rounds = signal === "KILL" ? 50 : 1;
  return `n=0
while [ "$n" -lt ${rounds} ]; do
  left=
  for f in /proc/[0-9]*/stat; do
    { read -r l <"$f"; } 2>/dev/null || continue
    set -- \${l##*) }
    p=\${f#/proc/} p=\${p%/stat}
    case "$1 $p $3 $4" in
      [ZX]*) ;;
      *" ${sessionId}" | *" ${sessionId} "*) kill -${signal} "$p" 2>/dev/null; left=1 ;;
    esac
  done
  [ "$left" ] || exit 0
  n=$((n + 1))
done
exit 1`;
}
