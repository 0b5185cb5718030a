# System packages, by apt. Sourced by script/bootstrap.

# missing_system_packages GROUP: the packages whose proof is not there, one a line.
# Looks for programs and files, not for package names, so that it is right on any distribution.
# npm comes from the system as long as there is no Node of our own: it is what fetches that one.
missing_system_packages() {
  local group=$1 of package proof
  if ! node_is_there && ! command -v npm >/dev/null; then printf 'npm\n'; fi
  [[ $group != node ]] || return 0
  local PATH="$PATH:/usr/sbin:/sbin"
  while read -r of package proof; do
    case $of in '' | '#'*) continue ;; esac
    [[ $of == run || $of == "$group" ]] || continue
    if [[ $proof == /* ]]; then
      [[ -e $proof ]] || printf '%s\n' "$package"
    else
      command -v "$proof" >/dev/null || printf '%s\n' "$package"
    fi
  done <"$setup/system-packages.txt"
}

# Fresh machines have no package lists yet, old lists name versions that are gone: update only when it is needed.
apt_install() {
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends
    -o DPkg::Lock::Timeout=300 "$@")
  "${as_root[@]}" "${install[@]}" </dev/null && return 0
  "${as_root[@]}" apt-get update </dev/null && "${as_root[@]}" "${install[@]}" </dev/null
}

bring_system_packages() {
  local missing as_root=()
  mapfile -t missing < <(missing_system_packages "$1")
  ((${#missing[@]})) || return 0
  local command="apt-get update && apt-get install --yes --no-install-recommends ${missing[*]}"
  command -v apt-get >/dev/null || stop "missing on this machine: ${missing[*]} (Debian's names)." \
    "Install what your distribution calls them, then try again."
  if ((EUID != 0)); then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    else
      local prefix='su -c'
      command -v sudo >/dev/null && prefix='sudo sh -c'
      stop "missing on this machine: ${missing[*]}. Installing them needs root." \
        "Run this command, then try again:
  $prefix '$command'"
    fi
  fi
  step "apt-get install ${missing[*]}" apt_install "${missing[@]}" || stop "apt could not install: ${missing[*]}." \
    "Mend what apt says above, or install them yourself, then try again."
  mapfile -t missing < <(missing_system_packages "$1")
  ((${#missing[@]} == 0)) || stop "apt installed its packages, but these still have no program or file: ${missing[*]}." \
    "Look whether another package of this distribution brings them (the proofs are in script/setup/system-packages.txt)."
}
