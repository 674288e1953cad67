#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs the Debian packages that a part of the project needs, as root or by
# sudo, and says so before it does. Quick and silent when nothing is missing.
set -euo pipefail

usage () {
  cat <<'USAGE'
Usage: tools/install-packages.sh [build|demo|test|fuzz|coverage|all]

  build  what compiles the plugin, the examples and the tests
  demo   build, and what examples/demo.sh runs
  test   demo, and what tests/run.sh runs
  fuzz   build, and what tests/fuzz/campaign.sh runs
  coverage  test, and what tests/coverage.sh runs
  all    all of these (default)
USAGE
}

# One group a purpose, so that what is printed says why. They are read by name.
# shellcheck disable=SC2034
{
  compile=(
    gcc libc6-dev meson ninja-build pkg-config libglib2.0-dev
    libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libsoup-3.0-dev
    libjson-glib-dev libssl-dev
  )
  speech=(
    libpocketsphinx-dev libsphinxbase-dev pocketsphinx-en-us flite1-dev
  )
  media=(
    ca-certificates glib-networking gstreamer1.0-tools
    gstreamer1.0-plugins-base gstreamer1.0-plugins-good pocketsphinx-testdata
  )
  checks=(
    clang-format-14 python3 valgrind libc6-dbg git iproute2 nftables
  )
  fuzzing=(
    clang-14 libclang-rt-14-dev
  )
  measuring=(
    gcovr
  )
  # Any Node.js that brings npm will do; Debian's where there is none.
  counterparts=()
  if ! command -v node > /dev/null || ! command -v npm > /dev/null; then
    counterparts=(nodejs npm)
  fi
}

want=()
case "${1:-all}" in
  build) groups="compile speech" ;;
  demo) groups="compile speech media" ;;
  test) groups="compile speech media checks counterparts" ;;
  fuzz) groups="compile speech fuzzing" ;;
  coverage) groups="compile speech media checks counterparts measuring" ;;
  all) groups="compile speech media checks counterparts fuzzing measuring" ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
  echo "install-packages: this is not a Debian system (no dpkg or apt-get);" \
    "install what this script lists by hand" >&2
  exit 1
fi

missing_of () {
  local name
  for name in "$@"; do
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2> /dev/null)" \
      != installed ]; then
      echo "$name"
    fi
  done
}

for group in $groups; do
  declare -n members=$group
  mapfile -t missing < <(missing_of "${members[@]}")
  if [ ${#missing[@]} -gt 0 ]; then
    echo "install-packages: for $group: ${missing[*]}"
    want+=("${missing[@]}")
  fi
  unset -n members
done
[ ${#want[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo > /dev/null; then
    echo "install-packages: not root, and there is no sudo; as root, run:" >&2
    echo "  apt-get install -y --no-install-recommends ${want[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
run_apt () {
  echo "install-packages: ${as_root[*]:+sudo }apt-get $*"
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq \
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" \
    < /dev/null > "$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "install-packages: apt-get $1 failed (above is why)" >&2
    return 1
  fi
}

# The lists may be old or absent: they are fetched only when an install needs
# them.
if ! run_apt install -y --no-install-recommends "${want[@]}" 2> /dev/null; then
  run_apt update
  run_apt install -y --no-install-recommends "${want[@]}"
fi
