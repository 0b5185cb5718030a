# The npm packages of the lock file. Sourced by script/bootstrap.

# Kept in node_modules itself, so that it goes when they go.
stamp="$root/node_modules/.assay-lock"

lock_digest() {
  local digest
  digest=$(sha256sum "$root/package-lock.json") && printf '%s' "${digest%% *}"
}

npm_packages_are_current() {
  [[ -f $stamp && $(<"$stamp") == "$(lock_digest)" ]]
}

npm_with_our_node() {
  local ours="$root/.node/lib/node_modules/npm/bin/npm-cli.js"
  if [[ -f $ours ]]; then
    PATH="$root/.node/bin:$PATH" "$root/.node/bin/node" "$ours" "$@"
  else
    npm "$@"
  fi
}

# `npm ci` refuses a lock file that lacks optional packages for other systems, and registries that mirror only a part
# of npm make such lock files. `npm install --no-save` installs what the lock file says; the check afterwards proves it.
install_npm_packages() {
  cd "$root" && npm_with_our_node install --no-save --include=dev --include=optional --no-audit --no-fund --ignore-scripts </dev/null &&
    { is_installed || { echo "node_modules differs from package-lock.json; run 'npm install' and commit the lock file." && false; }; }
}

is_installed() { "$root/.node/bin/node" "$setup/is-installed.ts" "$root"; }

bring_npm_packages() {
  npm_packages_are_current && return 0
  # After an `npm install` by hand the folder is right and only the stamp is old: keep it, others may be using it.
  if ! is_installed; then
    step "npm packages of the lock file" install_npm_packages || stop "the npm packages could not be installed." \
      "Mend what npm says above (often the network or a full disk), then try again."
  fi
  lock_digest >"$stamp.new"
  mv "$stamp.new" "$stamp"
}
