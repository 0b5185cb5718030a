# Messages and timings of the set-up. Sourced by script/bootstrap.

started_at=$EPOCHREALTIME
shares=()

say() { printf 'set-up: %s\n' "$1" >&2; }

# stop MESSAGE HELP: what happened and what to do, then exit code 3 (machinery).
stop() {
  say "$1"
  printf '%s\n' "$2" >&2
  exit 3
}

# since START: elapsed time in words, such as `12.3 s`. EPOCHREALTIME uses the locale's decimal sign.
since() {
  local from=${1//[.,]/} now=${EPOCHREALTIME//[.,]/}
  local centiseconds=$(((now - from) / 10000))
  printf '%d.%02d s' $((centiseconds / 100)) $((centiseconds % 100))
}

time_shares() {
  ((${#shares[@]})) || return 0
  local joined
  joined=$(printf ', %s' "${shares[@]}")
  printf ' (%s)' "${joined:2}"
}

# step NAME COMMAND...: runs a long step with its output in a log; shows the log's end when it fails.
step() {
  local name=$1 log began=$EPOCHREALTIME
  shift
  say "$name …"
  log=$work/log
  if "$@" >"$log" 2>&1 9>&-; then
    say "$name: done in $(since "$began")"
    shares+=("$name $(since "$began")")
    rm -f "$log"
    return 0
  fi
  say "$name: failed after $(since "$began"). The last lines were:"
  tail -n 15 "$log" | sed 's/^/  /' >&2
  rm -f "$log"
  return 1
}
