#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Which lines of each room the tests reach, and, where a fuzzing campaign left
# its inputs, which these reach besides.
set -euo pipefail

usage () {
  cat <<'USAGE'
Usage: tests/coverage.sh [--missed ROOM]

  --missed ROOM  also the lines of that room that nothing reached

BUILDDIR is where it builds (default: build-cov/ in the project). Inputs of a
campaign are taken from FUZZDIR/corpus (default: build-fuzz/ in the project).
USAGE
}

missed=()
case "${1:-}" in
  '') ;;
  --missed) missed=(--missed "${2:?a room}") ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(realpath -m "${BUILDDIR:-$root/build-cov}")
corpus=$(realpath -m "${FUZZDIR:-$root/build-fuzz}")/corpus

"$root/tools/install-packages.sh" coverage
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" -Db_coverage=true
meson compile -C "$build"
find "$build" -name '*.gcda' -delete

# A test that fails is another program's to tell: what it reached counts.
meson test -C "$build" --suite wire --suite queue --suite session \
  --suite net --suite conversation --suite element --suite fuzz || true
for inputs in "$corpus"/*; do
  [ -d "$inputs" ] || continue
  "$build/tests/fuzz/fuzz-$(basename "$inputs")" "$inputs"
done

gcovr --root "$root" --object-directory "$build" --filter gst/realtime/ \
  --exclude-unreachable-branches --json "$build/coverage.json" "$build" \
  2> "$build/coverage.log" || { cat "$build/coverage.log" >&2; exit 1; }
/usr/bin/python3 "$root/tests/coverage.py" "${missed[@]}" "$build/coverage.json"
