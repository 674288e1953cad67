#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs a Node.js script with the pinned npm packages at hand, which it installs
# once into a cache. Leaves with 77 where npm or its registry cannot be reached.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export RT_NPM_DIR=${RT_NPM_DIR:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/gst-realtime/npm}

skip () {
  echo "skipped: $*"
  exit 77
}

command -v node > /dev/null || skip 'there is no node'
command -v npm > /dev/null || skip 'there is no npm'

# npm_install DIR ARG...: a fault of the network skips, another one fails.
npm_install () {
  local dir=$1 log=$RT_NPM_DIR/npm.log
  shift
  (cd "$dir" && timeout 300 npm "$@" --no-audit --no-fund \
    --fetch-retries=1 --fetch-timeout=60000 > "$log" 2>&1) && return
  tail -n 15 "$log"
  if grep -qE 'E(NOTFOUND|CONN|TIMEDOUT|AI_AGAIN|NETUNREACH|HOSTUNREACH|5[0-9][0-9])|code E40[37]|ERR_SOCKET|_CERT|CERT_|UNABLE_TO_|network' "$log"; then
    skip 'npm cannot reach its registry (above is why)'
  fi
  return 1
}

installed () {
  cmp -s "$here/package-lock.json" "$RT_NPM_DIR/installed.json"
}

install_packages () {
  cp "$here/package.json" "$here/package-lock.json" "$RT_NPM_DIR/"
  npm_install "$RT_NPM_DIR" ci --omit=peer
  cp "$here/package-lock.json" "$RT_NPM_DIR/installed.json"
}

# The packages want a newer Node.js than Debian 12 has, and npm leaves some out
# when it runs on an older one; npm has a newer one, too.
use_newer_node () {
  local name bin
  name=node-linux-$(node -p process.arch)
  bin=$RT_NPM_DIR/node/node_modules/$name/bin
  if [ ! -x "$bin/node" ]; then
    mkdir -p "$RT_NPM_DIR/node"
    echo '{"private":true}' > "$RT_NPM_DIR/node/package.json"
    npm_install "$RT_NPM_DIR/node" install "$name@22.23.3"
  fi
  PATH=$bin:$PATH
}

# Tests run side by side: one installs, the others wait for it.
mkdir -p "$RT_NPM_DIR"
exec 9> "$RT_NPM_DIR/lock"
flock -w 400 9 || skip 'another install does not end'
[ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ] || use_newer_node
installed || install_packages
exec 9>&-
exec node "$@"
