#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what is needed, builds, and runs every test: plain, then under
# sanitizers and valgrind. The last line is "N passed, N failed".
set -euo pipefail
exec < /dev/null

usage () {
  cat <<'USAGE'
Usage: tests/run.sh [--quick]

  --quick  the plain run only, without sanitizers and valgrind

BUILDDIR is where it builds (default: build/ in the project). The sanitizers'
builds stand beside it, in $BUILDDIR-asan and $BUILDDIR-tsan.
USAGE
}

quick=no
case "${1:-}" in
  '') ;;
  --quick) quick=yes ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(realpath -m "${BUILDDIR:-$root/build}")
broken=0
logs=()
wrapper=()

say () {
  printf '\n== %s [%d s]\n' "$*" "$SECONDS"
}

# Whatever happens, the last line counts: a step that broke is a failure.
finish () {
  local status=0
  say 'Results'
  /usr/bin/python3 "$root/tests/summary.py" "$broken" "${logs[@]}" || status=1
  exit "$status"
}

# setup DIR [OPTION...]: configures a build directory.
setup () {
  local dir=$1
  shift
  if [ ! -f "$dir/build.ninja" ]; then
    meson setup "$dir" "$root" "$@" || return 1
  fi
}

# check DIR LOG [ARG...]: runs tests, which builds what they need.
check () {
  local dir=$1 log=$1/meson-logs/$2
  shift 2
  rm -f "$log"
  # The sum says what failed; here only a run without a log is a failure.
  "${wrapper[@]}" meson test -C "$dir" --print-errorlogs "$@" || true
  if [ -s "$log" ]; then
    logs+=("$log")
  else
    echo "run.sh: meson test $* left no results"
    broken=$((broken + 1))
  fi
}

suites () {
  printf -- '--suite\n%s\n' "$@"
}

# Read whole before it runs, so that a change of this file does not hurt a run.
main () {
  say 'Packages'
  if ! "$root/tools/install-packages.sh" test; then
    echo '0 passed, 1 failed'
    exit 1
  fi

  say "Build in $build"
  if ! setup "$build" || ! meson compile -C "$build"; then
    broken=1
    finish
  fi
  say 'Tests'
  check "$build" testlog.json
  [ "$quick" = no ] || finish

  # The rooms that only compute. Sockets take minutes under valgrind, and the
  # same leaks and reads are found under AddressSanitizer.
  mapfile -t pure < <(suites wire queue session)
  say 'Unit tests under valgrind'
  check "$build" testlog-valgrind.json --setup valgrind "${pure[@]}"

  mapfile -t unit < <(suites wire queue session net conversation)
  say 'AddressSanitizer and UndefinedBehaviorSanitizer'
  export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  if setup "$build-asan" -Db_sanitize=address,undefined -Db_lundef=false; then
    check "$build-asan" testlog.json "${unit[@]}" --suite element --suite fuzz
  else
    broken=$((broken + 1))
  fi

  say 'ThreadSanitizer'
  # TSan needs its place in the address space, which randomisation may take.
  if setarch -R true 2> /dev/null; then
    wrapper=(setarch -R)
  fi
  if setup "$build-tsan" -Db_sanitize=thread -Db_lundef=false; then
    check "$build-tsan" testlog-tsan.json --setup tsan \
      --suite tsan --suite queue --suite session
  else
    broken=$((broken + 1))
  fi
  finish
}

main
