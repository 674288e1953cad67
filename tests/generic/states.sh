#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds GStreamer's own generic state test, out of Debian's source package,
# against our plugin and runs it. Exits with 77 where the source is not to be
# had.
# Usage: states.sh COMPILER
set -euo pipefail

skip () {
  echo "SKIP: $*"
  exit 77
}

compiler=$1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/gst-realtime/states
package=gst-plugins-bad1.0
file=tests/check/generic/states.c
mkdir -p "$cache"
exec 9> "$cache/lock"
flock 9

fetch () {
  local lists=$cache/apt options
  command -v apt-get > /dev/null || skip 'there is no apt-get'
  [ -r /etc/apt/sources.list.d/debian.sources ] \
    || skip 'apt has no debian.sources to learn the mirror from'
  mkdir -p "$lists/partial" "$lists/parts"
  sed 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources \
    > "$lists/parts/src.sources"
  options=(-qq -o Dir::Etc::sourcelist=/dev/null
    -o Dir::Etc::sourceparts="$lists/parts" -o Dir::State::lists="$lists"
    -o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache=)
  apt-get "${options[@]}" update > "$cache/log" 2>&1 \
    || skip 'no source package lists can be fetched'
  # A patch that is missing on the mirror does no harm: the tarball is enough.
  (cd "$cache" && apt-get "${options[@]}" source --download-only "$package") \
    > "$cache/log" 2>&1 || true
  compgen -G "$cache/*.orig.tar.xz" > /dev/null \
    || skip "the source of $package cannot be fetched"
  tar -C "$cache" -xf "$(compgen -G "$cache/*.orig.tar.xz" | head -n 1)" \
    --wildcards --strip-components=1 "*/$file"
}

[ -f "$cache/$file" ] || fetch
program=$(mktemp)
trap 'rm -f "$program"' EXIT
# shellcheck disable=SC2046
"$compiler" -w -DPACKAGE='"gst-realtime"' -o "$program" "$cache/$file" \
  $(pkg-config --cflags --libs gstreamer-check-1.0 gmodule-2.0)
flock -u 9

gst-inspect-1.0 realtimeconversation > /dev/null
"$program"
